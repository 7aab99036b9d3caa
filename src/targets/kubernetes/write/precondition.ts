import { showResource } from '../../../model/resource.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Effect } from '../../target.ts';
import { fieldConflictsOf, isFailure, serverFailureOf } from '../client/failure.ts';

/** A conflict that names no fields is one of identity: the object is gone, or another one. */
export function asPrecondition(thrown: unknown, effect: Pick<Effect, 'id' | 'uid'>): unknown {
  const failure = serverFailureOf(thrown);
  const isMissing = isFailure(thrown, 'kubernetes.not-found');
  // Another UID than the one that is there is refused as a change of it.
  const isOther = failure?.causes.some(({ field }) => field === 'metadata.uid') === true;
  const isConflict = failure?.status === 409 && fieldConflictsOf(thrown).length === 0;
  if (!isMissing && !isOther && !isConflict) return thrown;
  return preconditionFailed({
    message: `${showResource(effect.id)} is no longer the object that was planned for (UID ${effect.uid ?? 'none'})`,
    resource: showResource(effect.id),
    cause: thrown,
  });
}
