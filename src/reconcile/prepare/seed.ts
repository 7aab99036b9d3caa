import type { Inventory, InventoryKey, InventorySeed } from '../../model/inventory.ts';
import type { SeedId } from '../../model/seed.ts';

/**
 * What templates of an application draw from: what the inventories say, the last generation where they differ because a
 * rotation was cut off. A name that was handed over keeps drawing what it drew under the old one.
 *
 * @param nowMs For what was never released. Templates then take the last Monday, 00:00 UTC, for the time, so that a plan that
 * waits for approval keeps its digest for a while, and a certificate made from it is good for nearly as long as it says.
 */
export function seedIdOf(
  key: InventoryKey,
  inventories: readonly (Inventory | null)[],
  nowMs: number,
): SeedId {
  const { environment } = key;
  const known = inventories.filter((one) => one !== null);
  const newest = known
    .map(seedIn)
    .toSorted((left, right) => right.generation - left.generation)
    .at(0);
  if (newest !== undefined) return { environment, ...newest };
  return { environment, name: key.application, generation: 0, clockMs: startOfWeek(nowMs) };
}

/** An inventory from before seeds were kept: they followed from the name alone. */
function seedIn({ seed, application }: Inventory): InventorySeed {
  return seed ?? { name: application, generation: 0, clockMs: null };
}

/** Without the environment, which the inventory knows by its key. */
export function toInventorySeed({ name, generation, clockMs }: SeedId): InventorySeed {
  return { name, generation, clockMs };
}

const dayMs = 86_400_000;

function startOfWeek(nowMs: number): number {
  const now = new Date(nowMs);
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const sinceMonday = (now.getUTCDay() + 6) % 7;
  return today - sinceMonday * dayMs;
}
