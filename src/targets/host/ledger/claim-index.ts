import type { Inventory, InventoryEntry, InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import { isJsonObject } from '../../../model/json.ts';
import { Holders } from '../../holders.ts';
import { logClaims, pathClaim } from '../claims.ts';
import type { ClaimHolder } from '../claims.ts';
import { createParentResolver } from '../paths.ts';

/** What an entry of an inventory holds: a path as it was written, and what it claims once that is resolved. */
interface Place {
  readonly path: string;
  readonly claims: (resolved: string) => readonly string[];
  readonly givenTo?: string | undefined;
  /** Whether anything was made there. */
  readonly isMade: boolean;
}

interface Claimed {
  readonly epoch: number;
  /** Claims on the paths as they were written. */
  readonly written: string;
  /** Claims of each place, on its path with symlinks resolved. */
  readonly resolved: readonly (readonly string[])[];
}

/** Which inventory holds which place. In memory; made from the inventories and kept up with them. */
export class ClaimIndex {
  readonly #holders = new Holders<string, ClaimHolder>();
  readonly #claimed = new Map<string, Claimed>();

  holder(claim: string): ClaimHolder | null {
    return this.#holders.holder(claim);
  }

  async put(inventory: Inventory): Promise<void> {
    const { epoch } = inventory;
    const key = { application: inventory.application, environment: inventory.environment };
    const places = inventory.entries.flatMap(placesOf);
    const written = places.flatMap(({ path, claims }) => claims(path)).join('\0');
    const known = this.#claimed.get(inventoryKey(key));
    // What a release announced is resolved once, not again when it ends.
    const isKnown = known?.epoch === epoch && known.written === written;
    const resolved = isKnown ? known.resolved : await resolveAll(places);
    const given = new Map<string, string>();
    const announced = new Set<string>();
    for (const [at, { givenTo, isMade }] of places.entries()) {
      for (const claim of resolved[at] ?? []) {
        if (givenTo !== undefined) given.set(claim, givenTo);
        if (!isMade) announced.add(claim);
      }
    }
    const { applicationUid } = inventory;
    const holder = { key, applicationUid, ...(given.size > 0 && { given }) };
    this.#holders.put(inventoryKey(key), holder, resolved.flat(), announced);
    this.#claimed.set(inventoryKey(key), { epoch, written, resolved });
  }

  drop(key: InventoryKey): void {
    this.#holders.drop(inventoryKey(key));
    this.#claimed.delete(inventoryKey(key));
  }
}

async function resolveAll(places: readonly Place[]): Promise<Claimed['resolved']> {
  const resolve = createParentResolver();
  return await Promise.all(
    places.map(async ({ path, claims }) => claims(await resolve(path).catch(() => path))),
  );
}

function placesOf(entry: InventoryEntry): readonly Place[] {
  const { givenTo } = entry;
  const isMade = entry.uid !== null;
  const places: Place[] = [];
  const path = entry.locator['path'];
  if (typeof path === 'string')
    places.push({ path, claims: (at) => [pathClaim(at)], givenTo, isMade });
  const log = entry.fields['log'];
  if (isJsonObject(log) && typeof log['file'] === 'string') {
    const keep = typeof log['keep'] === 'number' ? log['keep'] : 0;
    places.push({ path: log['file'], claims: (at) => logClaims(at, keep), givenTo, isMade });
  }
  return places;
}
