import { sameJson } from '../../model/json.ts';
import { placeOf } from '../../plan/place.ts';
import type { PlanInput } from '../../plan/plan-input.ts';
import type { Given } from '../../plan/unwanted.ts';
import type { Target } from '../../targets/target.ts';
import { recordsAt } from '../prepare/taken.ts';
import type { Taken } from '../prepare/taken.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { PlannedRun, RunContext } from './context.ts';
import type { PlanOptions } from './plan-options.ts';

/*
 * What moves from one application to another stays as it is. The one that wants it cannot be prepared as long as the other
 * one owns it, and says so; the other one, which no longer wants it, gives it up instead of deleting it; then the first one
 * adopts it. Deletes wait until all applications of a commit are planned, so that both are known in time.
 */

type Context = Pick<RunContext, 'applications' | 'queue'>;

/** Remembers what others own of what an application wants. Who owns it is looked at again: what was to be deleted may be given up. */
export function noteTaken(
  { applications, queue }: Context,
  runtime: ApplicationRuntime,
  taken: readonly Taken[],
  { preview, revision }: Pick<PlanOptions, 'preview' | 'revision'>,
): void {
  if (preview) {
    // Where a command only looks, nobody else finds out.
    if (revision === null && !runtime.wasLookedAt) runtime.taken = taken;
    return;
  }
  const isKnown = runtime.wasLookedAt && sameJson(taken, runtime.taken);
  runtime.taken = taken;
  if (isKnown) return;
  for (const owner of new Set(taken.map((item) => item.owner)))
    if (owner !== runtime.id && applications.has(owner)) queue.add(owner);
}

/** What the plan of an application is to know of the others, see `PlanInput`. */
export function givingAt(
  { applications }: Pick<RunContext, 'applications'>,
  runtime: ApplicationRuntime,
  target: Target,
): Required<Pick<PlanInput, 'takenBy' | 'isGiven'>> {
  const at = recordsAt(target);
  let takers: ReadonlyMap<string, string> | null = null;
  return {
    takenBy: (place) => {
      takers ??= takersOf(applications.values(), runtime, at);
      return takers.get(place) ?? null;
    },
    isGiven: (place, uid) => runtime.given.get(`${at} ${place}`) === uid,
  };
}

function takersOf(
  applications: Iterable<ApplicationRuntime>,
  { id }: ApplicationRuntime,
  at: string,
): ReadonlyMap<string, string> {
  const takers = new Map<string, string>();
  for (const other of applications) {
    if (other.id === id || other.application === null) continue;
    for (const { place, owner, ...where } of other.taken)
      if (owner === id && where.at === at && !takers.has(place)) takers.set(place, other.id);
  }
  return takers;
}

/** Who takes something over need not ask a person for it: it is as it was when it was given up. */
export function noteGiven(
  { applications }: Pick<RunContext, 'applications'>,
  target: Target,
  given: readonly Given[],
): void {
  for (const { place, uid, to } of given)
    applications.get(to)?.given.set(`${recordsAt(target)} ${place}`, uid);
}

/** Who waits for something that this application does not own any more is looked at. */
export function passOn(
  { applications, queue }: Context,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): void {
  const waiting = [...applications.values()].filter(({ taken }) =>
    taken.some(({ owner }) => owner === runtime.id),
  );
  if (waiting.length === 0) return;
  const owned = new Set(
    run.targets.flatMap(({ target, inventory, forget }) => {
      const left = new Set((inventory?.entries ?? []).map(placeOf)).difference(new Set(forget));
      return [...left].map((place) => `${recordsAt(target)} ${place}`);
    }),
  );
  for (const { id, taken } of waiting) {
    const isFree = ({ at, place, owner }: Taken): boolean =>
      owner === runtime.id && !owned.has(`${at} ${place}`);
    if (taken.some(isFree)) queue.add(id);
  }
}
