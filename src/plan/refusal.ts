import { errorFromRecord } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';
import { showResource } from '../model/resource.ts';
import type { Desired, Observation } from '../model/resource.ts';
import { obstacleIn } from './change.ts';
import { comesBefore } from './order.ts';
import { placeOf } from './place.ts';
import { see } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { cannotChange } from './errors.ts';

/** Why one resource cannot become what is wanted, known before anything is touched; `null`: nothing speaks against it. */
export function refusalOf(item: Desired, observation: Observation): FairleadError | null {
  const isRunNow = item.occasion !== undefined && item.occasion.moment !== 'failure';
  const obstacle = isRunNow ? obstacleIn(observation)?.refused : undefined;
  if (obstacle !== undefined) return errorFromRecord(obstacle);
  if (observation.kind === 'unreadable') return null;
  const { refused } = observation.kind === 'present' ? observation.live : observation;
  const immutable = observation.kind === 'present' ? observation.live.immutable : undefined;
  if (immutable !== undefined) {
    if (item.replaceable === true) return null;
    return cannotChange({
      message: `${showResource(item.id)} (${showOrigin(item)}) cannot be changed in place: ${immutable}`,
      resource: showResource(item.id),
    });
  }
  return refused === undefined ? null : errorFromRecord(refused);
}

/**
 * Whether a refusal is the last word. It is not where the target may say otherwise once other things are there, and this
 * plan makes or runs some of them first.
 */
export function isLastWord(input: PlanInput, item: Desired): boolean {
  const observation = see(input, placeOf(item));
  if (observation.kind !== 'absent' || observation.mayPass !== true) return true;
  return !input.desired.some(
    (other) =>
      comesBefore(other, item) &&
      (other.occasion !== undefined || see(input, placeOf(other)).kind === 'absent'),
  );
}

/** File and line of a resource, as editors take them. */
export function showOrigin({ origin }: Pick<Desired, 'origin'>): string {
  return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
}
