import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import { inventoryKey } from '../../../src/model/inventory.ts';
import type { ApplyEffect, Effect } from '../../../src/targets/target.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { Place, Thing } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';
import type { World } from '../run/world.ts';
import { releasesIn } from '../world/store.ts';
import { folderOf, wishesOf } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

/** Before anything is made, the durable inventory knows of it. */
export function checkAnnounced(
  place: Place,
  effect: Effect | ApplyEffect,
  thing: Thing,
  report: Report,
): void {
  const name = inventoryKey(effect.key);
  const known = inventoryOf(place, name)?.entries.some(
    (entry) => place.whereOf(entry) === thing.at,
  );
  if (known !== true)
    report(
      'inventory-misses',
      `${thing.at} at ${place.name} was made and ${name} does not know it`,
    );
}

/** What leaves an inventory is gone, is known to another one, or was never ours. */
export function checkShrink(
  world: World,
  place: Place,
  key: InventoryKey,
  next: Inventory | null,
  report: Report,
): void {
  const name = inventoryKey(key);
  const before = inventoryOf(place, name);
  for (const entry of before?.entries ?? []) {
    const at = place.whereOf(entry);
    if (next?.entries.some((one) => place.whereOf(one) === at) === true) continue;
    if (entry.uid === null || !place.remains(at, entry.uid)) continue;
    if (isElsewhere(place, name, at) || mayBeGivenUp(world, key, entry.prune)) continue;
    report('inventory-shrinks', `${name} forgets ${at} at ${place.name}, which is there`);
  }
}

/** What others made becomes ours by a plan alone that names it. */
export function checkAdopted(
  { state }: Controller,
  place: Place,
  key: InventoryKey,
  next: Inventory | null,
  report: Report,
): void {
  const name = inventoryKey(key);
  const known = new Set(inventoryOf(place, name)?.entries.map(({ uid }) => uid));
  for (const { uid, id } of next?.entries ?? []) {
    if (uid === null || known.has(uid) || !place.isForeign(uid)) continue;
    const isPlanned = releasesIn(state.store, { ...key, limit: Infinity }).some(({ plan }) =>
      plan.plans.some(({ changes }) => changes.some((change) => change.uid === uid)),
    );
    if (!isPlanned)
      report(
        'foreign-touched',
        `${name} takes ${id.kind}/${id.name} for its own, and no plan says so`,
      );
  }
}

/** Nothing becomes the last good state that never worked. */
export function checkGood(
  world: World,
  place: Place,
  key: InventoryKey,
  next: Inventory | null,
  report: Report,
): void {
  const good = next?.revision[0]?.commit;
  const before = inventoryOf(place, inventoryKey(key))?.revision[0]?.commit;
  const commit = good === undefined || good === before ? null : world.repository.find(good);
  const wishes =
    commit === null ? [] : wishesOf(world.repository, commit.model, key, world.secrets);
  const [wish] = wishes;
  if (next === null || wish?.kind !== 'things') return;
  const name = inventoryKey(key);
  if (wishes.every((one) => one.kind === 'things' && one.isBad)) {
    report('bad-became-good', `${name} takes ${good?.slice(0, 8)} for its last good state`);
    return;
  }
  const { folder, settings } = wish.application;
  // Under a new name, what was good stays good.
  const isHandedOver = someOther(
    place,
    name,
    (inventory, other) =>
      folderOf(other.split('@')[0] ?? '') === folder && inventory.revision[0]?.commit === good,
  );
  if (isHandedOver) return;
  const failsSinceMs = world.faults.failingChecks.get(folder) ?? Number.POSITIVE_INFINITY;
  if (settings.healthCheck && failsSinceMs < world.judge.book.announcedAtMs(next.release ?? ''))
    report(
      'bad-became-good',
      `${name} takes ${good?.slice(0, 8)} for good, and its check has failed all the time`,
    );
}

function isElsewhere(place: Place, name: string, at: string): boolean {
  return someOther(place, name, ({ entries }) =>
    entries.some((entry) => place.whereOf(entry) === at),
  );
}

/** Whether this is so of an inventory at the place beside that of `name`. */
function someOther(
  place: Place,
  name: string,
  isSo: (inventory: Inventory, other: string) => boolean,
): boolean {
  return [...place.inventories.keys()].some((other) => {
    const inventory = other === name ? null : inventoryOf(place, other);
    return inventory !== null && isSo(inventory, other);
  });
}

/** Some commit lets the application go and leaves what it made. */
function mayBeGivenUp(world: World, key: InventoryKey, prune: boolean): boolean {
  const models = world.repository.commits.map(({ model }) => model);
  const isGone = models.some((model) => {
    const application = model.applications.find(({ name }) => name === key.application);
    const environment = model.environments.find(({ name }) => name === key.environment);
    return (
      application === undefined ||
      !application.environments.includes(key.environment) ||
      (environment?.targets.length ?? 0) < 2
    );
  });
  const orphans = models.some((model) =>
    model.applications.some(
      ({ name, settings }) => name === key.application && settings.onRemoval === 'orphan',
    ),
  );
  return isGone && (orphans || !prune);
}
