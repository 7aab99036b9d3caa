import type { Inventory } from '../../model/inventory.ts';
import { placeOf } from '../../plan/place.ts';
import type { Target } from '../../targets/target.ts';
import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/**
 * What of an application that leaves is its own to take away. A release under a new name that did not end well leaves two
 * records of one application. Where the renaming is taken back then, or its former name is no longer told, one of the
 * two names leaves; what the record of the other has is that one's, and goes with neither a delete nor a question.
 *
 * @returns the inventory without what somebody who stays has recorded, too.
 * @throws FairleadError where another record cannot be read: what it has is unknown, so nothing may be deleted.
 */
export async function withoutKeptElsewhere(
  { applications, records }: Pick<RunContext, 'applications' | 'records'>,
  { key, id }: Pick<ApplicationRuntime, 'key' | 'id'>,
  target: Pick<Target, 'ledger'>,
  inventory: Inventory,
): Promise<Inventory> {
  if (inventory.entries.length === 0) return inventory;
  // A renaming changes no environment. Of two that both leave, each takes away what is still there.
  const isKept = await records.madeBy(
    target.ledger,
    key.environment,
    (other) => other !== id && (applications.get(other)?.declared.removal ?? null) === null,
  );
  const own = inventory.entries.filter((entry) => !isKept(placeOf(entry)));
  return own.length === inventory.entries.length ? inventory : { ...inventory, entries: own };
}
