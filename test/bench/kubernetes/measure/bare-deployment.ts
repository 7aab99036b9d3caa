import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { gitEnvironment } from '../../monorepo.ts';
import { treeFacts, watchPeak } from '../../process-facts.ts';

/** What the least program takes that does what a controller cannot leave out. */
interface BareDeployment {
  /** From the start of its process until all is healthy. */
  readonly seconds: number;
  /** Of its process and children, at most. `null` where there is no /proc. */
  readonly peakRssMiB: number | null;
  /** The CPU that it and its children had taken when it was last looked at, some tenths of a second before its end. */
  readonly cpuSeconds: number | null;
}

/** As in `bin/fairlead`, so that memory compares. */
const flags = ['--max-semi-space-size=8', '--heap-growing-percent=40'];

/** Runs `bare-deployer.ts` in a process of its own. @param folder does not exist yet. */
export async function bareDeployment(
  url: string,
  folder: string,
  kubeconfig: string,
  format: 'kustomize' | 'helm',
): Promise<BareDeployment> {
  const program = join(import.meta.dirname, '../bare-deployer.ts');
  const began = performance.now();
  const child = spawn(process.execPath, [...flags, program, url, folder, kubeconfig, format], {
    env: { ...gitEnvironment(), HOME: process.env['HOME'], MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  const { pid } = child;
  if (pid === undefined) throw new Error('no process for the bare program');
  const endPeak = watchPeak(pid);
  let cpuSeconds: number | null = null;
  const timer = setInterval(() => (cpuSeconds = treeFacts(pid)?.cpuSeconds ?? cpuSeconds), 200);
  const [code] = (await exited) as [number | null];
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(timer);
  const { residentMiB } = endPeak();
  if (code !== 0) throw new Error(`the bare program ended with ${code}`);
  return { seconds, peakRssMiB: residentMiB, cpuSeconds };
}
