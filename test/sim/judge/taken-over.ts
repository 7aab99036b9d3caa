import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import type { Place } from '../place/place.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { Controller } from '../run/controller.ts';
import { releasesIn } from '../world/store.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { folderOf } from './truth.ts';
import type { Rule } from './violation.ts';

/** What was there before a release took it over, until one with it ends well: no way back takes that away. */
export class TakenOver {
  /** Serial numbers of things, by target, folder of the application, and place. */
  readonly #found = new Map<string, number>();

  /** Before an inventory is written. */
  noteSave(
    { state }: Controller,
    place: Place,
    key: InventoryKey,
    name: string,
    next: Inventory | null,
  ): void {
    if (next === null) return;
    const owner = ownerOf(place, key);
    const before = inventoryOf(place, name);
    if (before !== null && before.verified !== next.verified)
      for (const found of this.#found.keys())
        if (found.startsWith(`${owner} `)) this.#found.delete(found);
    const known = new Set(ownedBy(place, key));
    for (const entry of next.entries) {
      const at = place.whereOf(entry);
      const thing = at === '' ? null : place.thing(at);
      if (thing === null || known.has(at)) continue;
      const release = releasesIn(state.store, { ...key, limit: 20 }).find(
        ({ id }) => id === next.release,
      );
      const changes = release?.plan.plans.find(({ target }) => target === place.name)?.changes;
      const isFound = changes?.some(({ uid, ...change }) => {
        return uid !== null && change.action !== 'delete' && place.whereOf(change) === at;
      });
      if (isFound === true) this.#found.set(`${owner} ${at}`, thing.serial);
    }
  }

  checkDelete(effect: SeenEffect, report: (rule: Rule, message: string) => void): void {
    const { place, key, at, before, after, release } = effect;
    if (before === null || after !== null || release.trigger !== 'revert') return;
    if (this.#found.get(`${ownerOf(place, key)} ${at}`) === before.serial)
      report('taken-over-deleted', `${describeEffect(effect)}: it was there before what failed`);
  }
}

function ownerOf(place: Place, { application, environment }: InventoryKey): string {
  return `${place.name} ${folderOf(application)}@${environment}`;
}

/** Places that an application has on record, under any of its names. */
function ownedBy(place: Place, key: InventoryKey): readonly string[] {
  const own = ownerOf(place, key);
  return [...place.inventories.keys()].flatMap((name) => {
    const [application = '', environment = ''] = name.split('@');
    if (ownerOf(place, { application, environment }) !== own) return [];
    return (inventoryOf(place, name)?.entries ?? []).map((entry) => place.whereOf(entry));
  });
}
