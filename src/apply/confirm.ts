import type { Hasher } from '../model/digest.ts';
import type { Inventory, InventoryKey } from '../model/inventory.ts';
import type { Plan } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import type { Applied, Target } from '../targets/target.ts';
import { settle } from './inventory.ts';

/** What was carried out at one target with `awaitsConfirmation`. */
export interface Unconfirmed {
  readonly target: Target;
  readonly key: InventoryKey;
  /** As `executePlan` left it. */
  readonly inventory: Inventory;
  readonly plan: Plan;
  /** See `Inventory.configuration`. */
  readonly configuration?: string | undefined;
  readonly desired: readonly Desired[];
}

/**
 * Records at the target that all of the release is well: its state is the last good one from now on.
 * @throws FairleadError when it cannot be written; then the state is verified again before it counts.
 */
export async function confirmGood(hash: Hasher, carried: Unconfirmed): Promise<Inventory> {
  const { target, key, inventory, plan, configuration, desired } = carried;
  const nothingMore = { made: new Map<string, Applied>(), gone: new Set<string>() };
  const good = settle(inventory, nothingMore, desired, { ...plan, configuration }, hash);
  await target.ledger.save(key, good, inventory.epoch);
  return good;
}
