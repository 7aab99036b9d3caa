import { errorFromRecord } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';
import { showResource } from '../model/resource.ts';
import type { Desired, Observation } from '../model/resource.ts';
import { obstacleIn } from './change.ts';
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

/** File and line of a resource, as editors take them. */
export function showOrigin({ origin }: Pick<Desired, 'origin'>): string {
  return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
}
