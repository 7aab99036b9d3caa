import { inventoryKey } from '../../../model/inventory.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { resourceKey } from '../../../model/resource.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Seen } from './facts.ts';

/** What the engine was told last of each resource, so that it is called only for what it does not know. */
export class Reported {
  readonly #states = new Map<string, string>();

  note(key: InventoryKey, id: ResourceId, seen: Seen | null): void {
    this.#states.set(nameOf(key, id), stateOf(seen));
  }

  /** Whether this state would be news. */
  isNews(key: InventoryKey, id: ResourceId, seen: Seen | null): boolean {
    return this.#states.get(nameOf(key, id)) !== stateOf(seen);
  }

  forget(key: InventoryKey, id: ResourceId): void {
    this.#states.delete(nameOf(key, id));
  }
}

function nameOf(key: InventoryKey, id: ResourceId): string {
  // Joined, it is one text in memory; there is one for each object.
  return [inventoryKey(key), resourceKey(id)].join(' ');
}

function stateOf(seen: Seen | null): string {
  if (seen === null) return '';
  const { health, baseline, marks } = seen.extra;
  const state = [seen.uid, seen.isDeleting, baseline, health.status, health.message];
  // Taken off, what was kept for it goes.
  return (marks === undefined ? state : [...state, JSON.stringify(marks)]).join(' ');
}
