import { isAlive } from '../system/processes.ts';
import type { ProcessTable } from '../system/processes.ts';
import { clusterFailed } from './errors.ts';
import { lastWords } from './launch.ts';
import type { Layout } from './layout.ts';
import type { ClusterProcess } from './record.ts';

const lookMs = 50;

/** What is waited for, with what it needs to run. */
export interface Wait {
  readonly table: ProcessTable;
  readonly layout: Layout;
  /** Programs that must not end meanwhile. */
  readonly processes: readonly ClusterProcess[];
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * Looks until it is so; an error of `seen` counts as not yet.
 * @throws FairleadError `cluster.failed` with the last words of the program that ended, or of all when time is up
 */
export async function waitFor(
  what: string,
  seen: () => Promise<boolean>,
  { table, layout, processes, withinMs, signal }: Wait,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    if (await seen().catch(() => false)) return;
    for (const { program, identity } of processes) {
      if (await isAlive(table, identity)) continue;
      throw clusterFailed({
        message: `${program} ended:\n${lastWords(layout.logOf(program))}`,
        resource: layout.folder,
      });
    }
    if (performance.now() > deadline) {
      const words = processes.map(
        ({ program }) => `${program}:\n${lastWords(layout.logOf(program))}`,
      );
      throw clusterFailed({
        message: `${what} within ${withinMs / 1_000} s: not seen\n${words.join('\n')}`,
        resource: layout.folder,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
