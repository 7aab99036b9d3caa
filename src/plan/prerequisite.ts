import type { Prerequisite } from '../model/plan.ts';
import { resourceKey } from '../model/resource.ts';
import { changeDigest } from './digest.ts';
import { placeOf } from './place.ts';
import { see } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { comesBefore } from './order.ts';

/** What the target makes by itself before the rest, because what is to be made cannot be without it. By id. */
export function planPrerequisites(input: PlanInput): readonly Prerequisite[] {
  const { desired, hash, targetUid } = input;
  const found = new Map<string, Prerequisite>();
  for (const item of desired) {
    const observation = see(input, placeOf(item));
    if (observation.kind !== 'absent' || observation.needs === undefined) continue;
    const { id, why } = observation.needs;
    const key = resourceKey(id);
    const isMadeBefore = desired.some(
      (other) => resourceKey(other.id) === key && comesBefore(other, item),
    );
    if (found.has(key) || isMadeBefore) continue;
    const content = { targetUid, id, locator: {}, fields: null, wave: 0, uid: null };
    found.set(key, {
      id,
      cause: why,
      digest: changeDigest(hash, { ...content, action: 'create' }),
    });
  }
  return [...found.entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, it]) => it);
}
