import { resourceKey, showResource } from '../model/resource.ts';
import type { Desired } from '../model/resource.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import { showRevision } from '../model/revision.ts';
import { claimedTwice, emptyRender } from './errors.ts';
import { placeOf } from './place.ts';
import type { PlanInput } from './plan-input.ts';
import type { PlanPolicy } from './policy.ts';
import { showOrigin } from './refusal.ts';

/**
 * What a render gave, unless it can be no plan at all, whatever is live: nothing for an application that owns things
 * (`plan.empty-render`), or two resources for one place (`plan.claimed-twice`).
 */
export function refuseUnusable(
  input: Pick<
    PlanInput,
    'application' | 'environment' | 'target' | 'revision' | 'desired' | 'inventory'
  >,
  { allowEmpty, removal }: Pick<PlanPolicy, 'allowEmpty' | 'removal'>,
): Result<readonly Desired[]> {
  const { desired, application, environment, target, revision } = input;
  const owned = input.inventory?.entries.length ?? 0;
  if (desired.length > 0 || owned === 0 || allowEmpty || removal !== null)
    return refuseClash(desired);
  const owns = owned === 1 ? 'one resource' : `${owned} resources`;
  return failure(
    emptyRender({
      message: `${application} renders to nothing at ${showRevision(revision)}, yet owns ${owns} at ${target}`,
      resource: `${application}@${environment}`,
    }),
  );
}

/** Refuses resources of which two want one place; nothing else about them is looked at. */
function refuseClash(desired: readonly Desired[]): Result<readonly Desired[]> {
  const clash = findClash(desired);
  return clash === null ? success(desired) : failure(claimedTwice(clash));
}

function findClash(desired: readonly Desired[]): { message: string; resource: string } | null {
  const holders = new Map<string, Desired>();
  for (const item of desired) {
    // One object may be run at several occasions.
    const id = item.occasion === undefined ? resourceKey(item.id) : placeOf(item);
    for (const claim of [`id:${id}`, ...item.claims]) {
      const other = holders.get(claim);
      if (other !== undefined) {
        const where = [other, item].map(showOrigin);
        return {
          message: `${showResource(other.id)} (${where[0]}) and ${showResource(item.id)} (${where[1]}) both claim ${claim.replace(/^id:.*/, 'the same id')}`,
          resource: showResource(item.id),
        };
      }
      holders.set(claim, item);
    }
  }
  return null;
}
