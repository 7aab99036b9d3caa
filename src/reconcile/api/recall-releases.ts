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
    if (runtime.releases.isRecalled) continue;
    runtime.releases.recall();
    if (runtime.releases.last !== null) continue;
    const [last] = await historyOf(ports.store, world, { ...runtime.key, limit: 1 });
    if (last === undefined || runtime.releases.last !== null) continue;
    runtime.releases.ended(last);
  }
}
