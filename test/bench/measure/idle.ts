import { sleep } from '../controller.ts';
import { processFacts } from '../process-facts.ts';
import { round } from '../statistics.ts';

export interface Idle {
  readonly seconds: number;
  /** Share of one core that the controller itself took, in percent. */
  readonly percent: number;
  /** The same for its children (Git), which it starts to look at the repository. */
  readonly childrenPercent: number;
  readonly residentMiB: number;
}

/** Watches a controller that has nothing to do. `null` where the system cannot tell. */
export async function idle(
  pid: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Idle | null> {
  const before = processFacts(pid);
  if (before === null || seconds === 0) return null;
  const began = performance.now();
  while (performance.now() - began < seconds * 1_000) {
    signal.throwIfAborted();
    await sleep(Math.min(500, seconds * 1_000 - (performance.now() - began)));
  }
  const after = processFacts(pid);
  if (after === null) return null;
  const elapsed = (performance.now() - began) / 1_000;
  const share = (name: 'cpuSeconds' | 'childrenCpuSeconds'): number =>
    round(((after[name] - before[name]) / elapsed) * 100);
  return {
    seconds: round(elapsed),
    percent: share('cpuSeconds'),
    childrenPercent: share('childrenCpuSeconds'),
    residentMiB: round(after.residentMiB),
  };
}
