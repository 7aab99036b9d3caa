import { inventoryKey } from '../model/inventory.ts';
import type { Inventory, InventoryKey } from '../model/inventory.ts';
import { fencedOff } from '../targets/errors.ts';
import type { Target } from '../targets/target.ts';

/**
 * What tells of records by itself may lag behind, without a limit. So the record is asked for anew where nothing has proved
 * for so long that it is still ours; a release that takes less time costs no request more.
 */
const provenWithinMs = 5_000;

/** Fails when another writer has begun a release of this application since ours was announced. */
export function fenceOf(
  target: Target,
  key: InventoryKey,
  announced: Pick<Inventory, 'epoch' | 'release'>,
): () => Promise<void> {
  return async () => {
    const now = await target.ledger.load(key, { provenWithinMs });
    if (now?.epoch === announced.epoch && now.release === announced.release) return;
    const resource = inventoryKey(key);
    throw fencedOff({
      message: `${resource} is at epoch ${now?.epoch ?? 'none'}, this release is ${announced.epoch}`,
      resource,
    });
  };
}
