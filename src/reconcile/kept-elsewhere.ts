import { inventoryKey } from '../model/inventory.ts';
import type { Inventory } from '../model/inventory.ts';
import { placeOf } from '../plan/plan.ts';
import type { Target } from '../targets/target.ts';
import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from './runtime.ts';

/**
 * What of an application that leaves is its own to take away. A release under a new name that did not end well leaves two
 * records of one application. Where the renaming is taken back then, or its former name is no longer told, one of the
 * two names leaves; what the record of the other has is that one's, and goes with neither a delete nor a question.
 *
 * @returns the inventory without what somebody who stays has recorded, too; announced and never made does not count.
 * @throws FairleadError where another record cannot be read: what it has is unknown, so nothing may be deleted.
 */
export async function withoutKeptElsewhere(
  context: Pick<RunContext, 'applications'>,
  { key, id }: Pick<ApplicationRuntime, 'key' | 'id'>,
  target: Pick<Target, 'ledger'>,
  inventory: Inventory,
): Promise<Inventory> {
  if (inventory.entries.length === 0) return inventory;
  const kept = new Set<string>();
  for (const other of await target.ledger.list()) {
    // A renaming changes no environment.
    if (other.environment !== key.environment || inventoryKey(other) === id) continue;
    // Of two that both leave, each takes away what is still there.
    if ((context.applications.get(inventoryKey(other))?.removal ?? null) !== null) continue;
    const entries = (await target.ledger.load(other))?.entries ?? [];
    for (const entry of entries) if (entry.uid !== null) kept.add(placeOf(entry));
  }
  const own = inventory.entries.filter((entry) => !kept.has(placeOf(entry)));
  return own.length === inventory.entries.length ? inventory : { ...inventory, entries: own };
}
