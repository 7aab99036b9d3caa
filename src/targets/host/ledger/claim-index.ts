import type { Inventory, InventoryEntry, InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import { isJsonObject } from '../../../model/json.ts';
import { logClaim, pathClaim } from '../claims.ts';
import type { ClaimHolder } from '../claims.ts';
import { createParentResolver } from '../paths.ts';

/** Which inventory holds which place. In memory; made from the inventories and kept up with them. */
export class ClaimIndex {
  readonly #holders = new Map<string, ClaimHolder>();
  readonly #claims = new Map<string, readonly string[]>();

  holder(claim: string): ClaimHolder | null {
    return this.#holders.get(claim) ?? null;
  }

  async put(inventory: Inventory): Promise<void> {
    const key = { application: inventory.application, environment: inventory.environment };
    const resolve = createParentResolver();
    const claims = (
      await Promise.all(inventory.entries.map((entry) => claimsOf(entry, resolve)))
    ).flat();
    this.drop(key);
    const holder = { key, applicationUid: inventory.applicationUid };
    for (const claim of claims) {
      const other = this.#holders.get(claim);
      // Of two that hold one place (a rename handed over half-way), the first known stays.
      if (other === undefined) this.#holders.set(claim, holder);
    }
    this.#claims.set(inventoryKey(key), claims);
  }

  drop(key: InventoryKey): void {
    for (const claim of this.#claims.get(inventoryKey(key)) ?? []) {
      const holder = this.#holders.get(claim);
      if (holder !== undefined && inventoryKey(holder.key) === inventoryKey(key))
        this.#holders.delete(claim);
    }
    this.#claims.delete(inventoryKey(key));
  }
}

async function claimsOf(
  entry: InventoryEntry,
  resolve: (path: string) => Promise<string>,
): Promise<readonly string[]> {
  const resolveOrKeep = (path: string): Promise<string> => resolve(path).catch(() => path);
  const claims: string[] = [];
  const path = entry.locator['path'];
  if (typeof path === 'string') claims.push(pathClaim(await resolveOrKeep(path)));
  const log = entry.fields['log'];
  if (isJsonObject(log) && typeof log['file'] === 'string') {
    claims.push(logClaim(await resolveOrKeep(log['file'])));
  }
  return claims;
}
