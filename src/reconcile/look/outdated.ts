import { deletesAnything } from '../../plan/guard.ts';
import { withdrawApprovals } from './approvals.ts';
import type { PlannedRun, RunContext } from './context.ts';
import { foreignReason } from './foreign.ts';
import { letAct } from '../read-only.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { showSource, sourcesOf } from '../prepare/source-trees.ts';

/**
 * Why what is live may not be touched yet: this controller's history does not know the release that made it, so the
 * state folder is older than what is live (a snapshot of the machine was put back, or a copy of the folder), and so may
 * be the commit that its mirrors serve. What is newer would be undone, and what came with it deleted. Once the sources
 * have answered it is known what is wanted. A power cut that took the last lines of the history looks the same.
 *
 * What people agreed to is no more known than that, so what of it is on record counts no more: it may have been used up since.
 *
 * @returns a sentence; `null`: it may.
 * @throws FairleadError when the store cannot be read.
 */
export async function outdatedReason(
  context: Pick<
    RunContext,
    'adoptForeign' | 'hasRead' | 'isToBeAsked' | 'journal' | 'options' | 'ports'
  >,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<string | null> {
  if (context.adoptForeign()) return null;
  const release = await unknownRelease(context, runtime, run);
  if (release === null) return unaskedReason(context, runtime, run);
  // Once: who agrees from now on has seen what is live.
  if (release !== runtime.releases.unknown)
    await withdrawApprovals(context.ports, context.journal, runtime.key);
  runtime.releases.missing(release);
  const unread = namesOf(runtime).find((name) => !context.hasRead(name));
  if (unread === undefined) return null;
  return `release ${release} is live, and the state folder is older than that: nothing is touched until ${showSource(unread)} can be read; ${letAct}`;
}

/**
 * What was fetched before the start may have been overtaken by commits that want again what it deletes. So deletes wait until the sources
 * have been asked once. Where one does not answer, what is known counts.
 */
function unaskedReason(
  { isToBeAsked }: Pick<RunContext, 'isToBeAsked'>,
  runtime: ApplicationRuntime,
  { planSet }: PlannedRun,
): string | null {
  const unasked = deletesAnything(planSet) ? namesOf(runtime).find(isToBeAsked) : undefined;
  return unasked === undefined
    ? null
    : `it deletes, and ${showSource(unasked)} is being asked whether that is still wanted`;
}

function namesOf({ declared: { application } }: ApplicationRuntime): readonly string[] {
  return [...new Set(['', ...(application === null ? [] : sourcesOf(application))])];
}

/** The release that is live and that this controller's history does not know; `null`: it knows all. */
async function unknownRelease(
  { options, ports }: Pick<RunContext, 'options' | 'ports'>,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<string | null> {
  const known = new Set(['', runtime.releases.last?.id, runtime.releases.known]);
  for (const { inventory } of run.targets) {
    if (inventory === null || foreignReason(inventory, options) !== null) continue;
    const { release } = inventory;
    if (release === null || known.has(release)) continue;
    if ((await ports.store.release(release)) === null) return release;
    runtime.releases.found(release);
  }
  return null;
}
