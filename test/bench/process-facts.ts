import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the kernel knows of one process; `null` where there is no /proc. */
export interface ProcessFacts {
  /** CPU of the process itself, user and system, in seconds. */
  readonly cpuSeconds: number;
  /** CPU of its children that have ended. */
  readonly childrenCpuSeconds: number;
  /** Largest resident memory so far, in MiB. */
  readonly peakMiB: number;
  readonly residentMiB: number;
}

/** CPU of a process so far, user and system, in milliseconds; `null` where there is no /proc. */
export function cpuOf(pid: number): number | null {
  const facts = processFacts(pid);
  return facts === null ? null : facts.cpuSeconds * 1_000;
}

/**
 * Memory that a process and its children have to themselves, with their part of what they share, in MiB: what would be
 * free without them. `null` where the kernel does not tell (see proc_pid_smaps(5)).
 */
export function treeMiB(pid: number): number | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    const own = Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) / 1_024;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    const sums = children === '' ? [] : children.split(' ').map((one) => treeMiB(Number(one)) ?? 0);
    return sums.reduce((sum, one) => sum + one, own);
  } catch {
    return null;
  }
}

let ticksPerSecond: number | null = null;

/** See proc_pid_stat(5), proc_pid_status(5). */
export function processFacts(pid: number): ProcessFacts | null {
  if (process.platform !== 'linux') return null;
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // Counted from after the name, which may hold blanks: field 3 of the manual is the first here.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number): number => Number(fields[field - 3]);
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1_024;
  return {
    cpuSeconds: (ticks(14) + ticks(15)) / ticksPerSecond,
    childrenCpuSeconds: (ticks(16) + ticks(17)) / ticksPerSecond,
    peakMiB: mib('VmHWM'),
    residentMiB: mib('VmRSS'),
  };
}
