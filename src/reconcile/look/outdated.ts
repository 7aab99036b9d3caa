import type { PlannedRun, RunContext } from './context.ts';
import { foreignReason } from './foreign.ts';
import { letAct } from '../read-only.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { sourcesOf } from '../prepare/source-trees.ts';

/**
 * Why what is live may not be touched yet: this controller's history does not know the release that made it, so the
 * state folder is older than what is live (a snapshot of the machine was put back, or a copy of the folder), and so may
 * be the commit that its mirrors serve. What is newer would be undone, and what came with it deleted. Once the sources
 * have answered it is known what is wanted. A power cut that took the last lines of the history looks the same.
 *
 * @returns a sentence; `null`: it may.
 * @throws FairleadError when the store cannot be read.
 */
export async function outdatedReason(
  context: Pick<RunContext, 'adoptForeign' | 'hasRead' | 'options' | 'ports'>,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<string | null> {
  if (context.adoptForeign()) return null;
  const { application } = runtime;
  const sources = new Set(['', ...(application === null ? [] : sourcesOf(application))]);
  const unread = [...sources].find((name) => !context.hasRead(name));
  if (unread === undefined) return null;
  for (const { inventory } of run.targets) {
    if (inventory === null || foreignReason(inventory, context.options) !== null) continue;
    const { release } = inventory;
    if (release === null || release === '' || release === runtime.lastRelease?.id) continue;
    if ((await context.ports.store.release(release)) !== null) continue;
    const what = unread === '' ? 'the repository' : `source ${unread}`;
    return `release ${release} is live, and the state folder is older than that: nothing is touched until ${what} can be read; ${letAct}`;
  }
  return null;
}
