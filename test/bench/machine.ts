import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { version } from '../../src/version.ts';

/** Where the figures were taken. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Of the folder that was measured. */
  readonly fileSystem: string;
  readonly node: string;
  readonly git: string;
  readonly fairlead: string;
}

/** Magic numbers of statfs(2). */
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlayfs',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x2fc12fc1: 'zfs',
};

export function describeMachine(folder: string): Machine {
  const { type: kind } = statfsSync(folder);
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    fileSystem: fileSystems[kind] ?? `0x${kind.toString(16)}`,
    node: process.version,
    git: execFileSync('git', ['--version'], { encoding: 'utf8' })
      .trim()
      .replace('git version ', ''),
    fairlead: version,
  };
}

/** A Node process that does nothing: what start and memory cost before Fairlead does anything. */
export function bareNode(): { readonly startMs: number; readonly peakMiB: number | null } {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    times.push(performance.now() - began);
  }
  return { startMs: Math.min(...times), peakMiB: barePeak() };
}

function barePeak(): number | null {
  if (process.platform !== 'linux') return null;
  const script = "process.stdout.write(require('node:fs').readFileSync('/proc/self/status'))";
  const status = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) / 1_024;
}

/** Hours since boot are no fact of the benchmark; the load before it is: others' work shows in every figure. */
export function loadBefore(): number | null {
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').split(' ')[0]);
  } catch {
    return null;
  }
}
