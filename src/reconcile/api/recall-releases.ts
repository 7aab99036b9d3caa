import type { Engine } from '../engine.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { historyOf } from '../history.ts';

/**
 * Fills in, from history, what applications released before this controller started; looked up when somebody wants
 * to see it, once for each.
 */
export async function recallReleases(
  { ports, world }: Pick<Engine, 'ports' | 'world'>,
  runtimes: Iterable<ApplicationRuntime>,
): Promise<void> {
  for (const runtime of runtimes) {
    if (runtime.recalled) continue;
    runtime.recalled = true;
    if (runtime.lastRelease !== null) continue;
    const [last] = await historyOf(ports.store, world, { ...runtime.key, limit: 1 });
    if (last === undefined || runtime.lastRelease !== null) continue;
    const { id, outcome, endedAtMs, startedAtMs } = last;
    runtime.lastRelease = { id, outcome, atMs: endedAtMs ?? startedAtMs };
  }
}
