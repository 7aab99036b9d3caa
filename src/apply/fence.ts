import { inventoryKey } from '../model/inventory.ts';
import type { Inventory, InventoryKey } from '../model/inventory.ts';
import { fencedOff } from '../targets/errors.ts';
import type { Target } from '../targets/target.ts';

/** Fails when another writer has begun a release of this application since ours was announced. */
export function fenceOf(
  target: Target,
  key: InventoryKey,
  announced: Pick<Inventory, 'epoch' | 'release'>,
): () => Promise<void> {
  return async () => {
    const now = await target.ledger.load(key);
    if (now?.epoch === announced.epoch && now.release === announced.release) return;
    const resource = inventoryKey(key);
    throw fencedOff({
      message: `${resource} is at epoch ${now?.epoch ?? 'none'}, this release is ${announced.epoch}`,
      resource,
    });
  };
}
