import type { FairleadError } from '../model/error.ts';
import { toFairleadError } from '../model/error.ts';
import type { Change } from '../model/plan.ts';
import { showResource } from '../model/resource.ts';
import { placeOf } from '../plan/place.ts';
import { effectTimedOut } from '../targets/errors.ts';
import type { Applied } from '../targets/target.ts';
import { withDeadline } from './deadline.ts';
import type { EffectContext } from './effect.ts';

/** Something that was run, ended well, and is on record. */
export interface Ran {
  readonly change: Change;
  readonly applied: Applied;
}

/**
 * Takes away what was run, the last first, when nothing that follows can need it any more. What ran because the
 * application leaves is then no longer owned: its place is added to `gone`.
 * @returns the first error; what could not be taken away stays on record.
 */
export async function tidyUp(
  context: EffectContext,
  ran: readonly Ran[],
  gone: Set<string>,
): Promise<FairleadError | null> {
  const { clock, timeoutMs, signal } = context;
  let first: FairleadError | null = null;
  for (const { change, applied } of ran.toReversed()) {
    const name = showResource(change.id);
    try {
      const { tidy } = applied;
      if (tidy !== undefined) {
        const late = () =>
          effectTimedOut({
            message: `${name} has run and did not go within ${timeoutMs} ms`,
            resource: name,
          });
        await withDeadline(clock, timeoutMs, signal, tidy, late);
      }
      if (change.moment === 'before-removal' || change.moment === 'after-removal')
        gone.add(placeOf(change));
    } catch (thrown) {
      first ??= toFairleadError(thrown);
    }
  }
  return first;
}

/** The body, never begun before the last call of it has ended; a call that waits is told how its own went. */
export function inTurn(body: () => Promise<void>): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const mine = last.then(body);
    last = mine.catch(() => {});
    return mine;
  };
}
