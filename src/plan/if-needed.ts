import type { Change } from '../model/plan.ts';
import { showResource } from '../model/resource.ts';
import type { Desired } from '../model/resource.ts';
import { runIfNeeded } from './change.ts';
import type { ChangeInput } from './change.ts';

/** Something that asks first, and what it needs by the answer that it gives now. */
export interface Asked {
  readonly input: ChangeInput;
  readonly now: Change | null;
}

/** Names that a cause lists. */
const mostNames = 3;

/**
 * What asks first and has nothing to do now may have something to do once the plan's other changes are made: it is
 * planned to run if it is needed then. So whoever agrees to the plan agrees to that, and one release does all of it.
 *
 * @param changes all others of the plan.
 * @returns a change for each of `asked` that needs one.
 */
export function planAsked(asked: readonly Asked[], changes: readonly Change[]): readonly Change[] {
  return asked.flatMap(({ input, now }) => {
    const before = changes.filter((change) => touches(change) && comesBefore(change, input.item));
    if (before.length === 0) return now === null ? [] : [now];
    return [runIfNeeded(input, `checked again after ${listNames(before)}`)];
  });
}

/** Deletes come last, whatever their wave. */
function touches({ action }: Change): boolean {
  return action !== 'adopt' && action !== 'delete';
}

function comesBefore(change: Change, item: Desired): boolean {
  const order = change.wave - item.wave || change.rank - (item.rank ?? 0);
  return order < 0;
}

function listNames(changes: readonly Change[]): string {
  const names = changes.slice(0, mostNames).map(({ id }) => showResource(id));
  const more = changes.length - names.length;
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
}
