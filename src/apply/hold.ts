import type { Hold, InventoryKey } from '../model/inventory.ts';
import type { Target } from '../targets/target.ts';

/** The first hold in force at any of the targets, as one of the first of these names. */
export async function holdInForce(
  keys: readonly InventoryKey[],
  targets: readonly Pick<Target, 'ledger'>[],
  nowMs: number,
): Promise<Hold | null> {
  const [own] = keys;
  for (const key of keys) {
    for (const { ledger } of targets) {
      const hold = await ledger.loadHold(key);
      const isInForce = hold !== null && (hold.expiresAtMs === null || hold.expiresAtMs > nowMs);
      if (isInForce) return { ...hold, key: own ?? key };
    }
  }
  return null;
}
