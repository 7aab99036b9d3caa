import type { Hasher } from '../model/digest.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Plan } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import { desiredDigest } from '../plan/digest.ts';
import { placeOf } from '../plan/place.ts';

/**
 * Whether what is recorded at a target is not, or not only, what was last seen to work: an earlier release did not end well.
 * Of the record counts what is wanted, changed or forgotten now.
 */
export function endedUnseen(input: {
  readonly hash: Hasher;
  readonly inventory: Inventory | null;
  readonly desired: readonly Desired[];
  readonly plan: Plan;
  readonly forget: readonly string[];
}): boolean {
  const { hash, inventory, desired, plan, forget } = input;
  if (inventory === null) return false;
  const concerned = new Set([...desired.map(placeOf), ...plan.changes.map(placeOf), ...forget]);
  const known = inventory.entries.filter((entry) => concerned.has(placeOf(entry)));
  const isSeen = (entries: readonly InventoryEntry[]): boolean =>
    desiredDigest(hash, entries) === inventory.verified;
  // What leaves now and is kept at the target is none of the concerned, and was part of what was seen.
  return !isSeen(known) && !isSeen(inventory.entries);
}
