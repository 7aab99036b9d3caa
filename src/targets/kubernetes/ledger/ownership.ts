import type { Inventory, InventoryKey } from '../../../model/inventory.ts';
import { resourceKey } from '../../../model/resource.ts';
import type { ResourceKey } from '../../../model/resource.ts';
import { Holders } from '../../holders.ts';
import type { Owner } from './ledger.ts';

/** Which inventory holds which object. In memory; made from the inventories and kept up with them. */
export class Ownership {
  readonly #owners = new Holders<ResourceKey, Owner>();

  owner(resource: ResourceKey): Owner | null {
    return this.#owners.holder(resource);
  }

  /** @param name of the record */
  put(name: string, inventory: Inventory): void {
    const { application, environment, applicationUid } = inventory;
    const key: InventoryKey = { application, environment };
    const held = inventory.entries.map(({ id }) => resourceKey(id));
    const given = new Map(
      inventory.entries.flatMap(({ id, givenTo }) =>
        givenTo === undefined ? [] : [[resourceKey(id), givenTo] as const],
      ),
    );
    const made = new Set(
      inventory.entries.flatMap(({ id, uid }) => (uid === null ? [] : [resourceKey(id)])),
    );
    const announced = new Set(held.filter((resource) => !made.has(resource)));
    const owner = { key, applicationUid, ...(given.size > 0 && { given }) };
    this.#owners.put(name, owner, held, announced);
  }

  drop(name: string): void {
    this.#owners.drop(name);
  }
}
