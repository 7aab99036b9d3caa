import type { Store } from '../../store/store.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/**
 * Fills in, from history, what applications released before this controller started; looked up when somebody wants
 * to see it, once for each.
 */
export async function recallReleases(
  store: Store,
  runtimes: Iterable<ApplicationRuntime>,
): Promise<void> {
  for (const runtime of runtimes) {
    if (runtime.recalled) continue;
    runtime.recalled = true;
    if (runtime.lastRelease !== null) continue;
    const [last] = await store.releases({ ...runtime.key, limit: 1 });
    if (last === undefined || runtime.lastRelease !== null) continue;
    const { id, outcome, endedAtMs, startedAtMs } = last;
    runtime.lastRelease = { id, outcome, atMs: endedAtMs ?? startedAtMs };
  }
}
