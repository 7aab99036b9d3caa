import type { Inventory, InventoryKey } from '../../../model/inventory.ts';
import { resourceKey } from '../../../model/resource.ts';
import type { ResourceKey } from '../../../model/resource.ts';
import type { Owner } from './ledger.ts';

/** Which inventory holds which object. In memory; made from the inventories and kept up with them. */
export class Ownership {
  readonly #owners = new Map<ResourceKey, { readonly name: string; readonly owner: Owner }>();
  readonly #held = new Map<string, readonly ResourceKey[]>();

  owner(resource: ResourceKey): Owner | null {
    return this.#owners.get(resource)?.owner ?? null;
  }

  /** @param name of the record */
  put(name: string, inventory: Inventory): void {
    this.drop(name);
    const { application, environment, applicationUid } = inventory;
    const key: InventoryKey = { application, environment };
    const held = inventory.entries.map(({ id }) => resourceKey(id));
    for (const resource of held) {
      // Of two that hold one object (a rename handed over half-way), the first known stays.
      if (!this.#owners.has(resource))
        this.#owners.set(resource, { name, owner: { key, applicationUid } });
    }
    this.#held.set(name, held);
  }

  drop(name: string): void {
    for (const resource of this.#held.get(name) ?? [])
      if (this.#owners.get(resource)?.name === name) this.#owners.delete(resource);
    this.#held.delete(name);
  }
}
