import type { Inventory, InventoryEntry, InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import { isJsonObject } from '../../../model/json.ts';
import { logClaim, pathClaim } from '../claims.ts';
import type { ClaimHolder } from '../claims.ts';
import { createParentResolver } from '../paths.ts';

/** What an entry of an inventory holds: a path as it was written, and what a claim on a path is called. */
interface Place {
  readonly path: string;
  readonly claim: (resolved: string) => string;
}

interface Claimed {
  readonly epoch: number;
  /** Claims on the paths as they were written. */
  readonly written: string;
  /** Claims on the paths with symlinks resolved. */
  readonly claims: readonly string[];
}

/** Which inventory holds which place. In memory; made from the inventories and kept up with them. */
export class ClaimIndex {
  readonly #holders = new Map<string, ClaimHolder>();
  readonly #claimed = new Map<string, Claimed>();

  holder(claim: string): ClaimHolder | null {
    return this.#holders.get(claim) ?? null;
  }

  async put(inventory: Inventory): Promise<void> {
    const { epoch } = inventory;
    const key = { application: inventory.application, environment: inventory.environment };
    const places = inventory.entries.flatMap(placesOf);
    const written = places.map(({ path, claim }) => claim(path)).join('\0');
    const known = this.#claimed.get(inventoryKey(key));
    // What a release announced is resolved once, not again when it ends.
    const isKnown = known?.epoch === epoch && known.written === written;
    const claims = isKnown ? known.claims : await resolveAll(places);
    this.drop(key);
    const holder = { key, applicationUid: inventory.applicationUid };
    for (const claim of claims) {
      const other = this.#holders.get(claim);
      // Of two that hold one place (a rename handed over half-way), the first known stays.
      if (other === undefined) this.#holders.set(claim, holder);
    }
    this.#claimed.set(inventoryKey(key), { epoch, written, claims });
  }

  drop(key: InventoryKey): void {
    for (const claim of this.#claimed.get(inventoryKey(key))?.claims ?? []) {
      const holder = this.#holders.get(claim);
      if (holder !== undefined && inventoryKey(holder.key) === inventoryKey(key))
        this.#holders.delete(claim);
    }
    this.#claimed.delete(inventoryKey(key));
  }
}

function resolveAll(places: readonly Place[]): Promise<readonly string[]> {
  const resolve = createParentResolver();
  return Promise.all(
    places.map(async ({ path, claim }) => claim(await resolve(path).catch(() => path))),
  );
}

function placesOf(entry: InventoryEntry): readonly Place[] {
  const places: Place[] = [];
  const path = entry.locator['path'];
  if (typeof path === 'string') places.push({ path, claim: pathClaim });
  const log = entry.fields['log'];
  if (isJsonObject(log) && typeof log['file'] === 'string') {
    places.push({ path: log['file'], claim: logClaim });
  }
  return places;
}
