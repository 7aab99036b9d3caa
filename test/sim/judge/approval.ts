import type { SyncPolicy } from '../../../src/model/config.ts';
import { sameJson } from '../../../src/model/json.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { World } from '../run/world.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { leaves } from './revision.ts';
import { folderOf, isBroken, wishesOf } from './truth.ts';
import type { Rule } from './violation.ts';

const strictness = { auto: 0, approve: 1, manual: 2 };

/** Where a person must agree, only what was agreed to is done, or what was there before is put back. */
export function checkApproval(
  world: World,
  book: Book,
  effect: SeenEffect,
  report: (rule: Rule, message: string) => void,
): void {
  const { release, key, place, name, at, before, after } = effect;
  const policies = policiesOf(book, effect);
  if (policies.length === 0 || policies.includes('auto')) return;
  // Who leaves is asked about by the prune guard, as it said itself; its own policy has left with it.
  if (after === null && leaves(book, effect)) return;

  const agreed = book.agreed.some(
    (one) =>
      one.folder === folderOf(key.application) &&
      one.environment === key.environment &&
      one.target === place.name &&
      one.at === at &&
      (after === null
        ? one.action === 'delete' && before !== null && one.uid === place.uidOf(before)
        : one.spec !== null && sameJson({ ...one.spec }, { ...after.spec })),
  );
  if (agreed) return;
  const inventory = inventoryOf(place, name);
  if (after !== null) {
    const entry = inventory?.entries.find((one) => place.whereOf(one) === at);
    const known = entry === undefined ? null : place.announced(entry);
    // What the inventory has was released before, or agreed to and never confirmed.
    if (
      known !== null &&
      sameJson([known.value, known.note], [after.spec.value, after.spec.note])
    ) {
      if (wasOwned(book, effect)) return;
    }
  }
  if (release.trigger === 'revert' && isLastGood(world, effect)) return;
  report('not-approved', `${describeEffect(effect)}, where sync is ${policies.join(', ')}`);
}

/** How strict things may have been when a release was planned; none: nobody can tell. */
export function policiesOf(
  book: Book,
  { controller, release, key }: Pick<SeenEffect, 'controller' | 'release' | 'key'>,
): readonly SyncPolicy[] {
  const models = book.modelsAround(controller, release.id);
  // Half a configuration leaves an earlier one in force, which nobody can tell from here.
  if (models.some((model) => isBroken(model, key.application))) return [];
  return models.flatMap((model) => {
    const environment = model.environments.find((one) => one.name === key.environment);
    const application = model.applications.find(
      ({ folder }) => folder === folderOf(key.application),
    );
    if (environment === undefined) return [];
    const wished = application?.settings.sync ?? 'auto';
    return [strictness[wished] > strictness[environment.sync] ? wished : environment.sync];
  });
}

/** Whether the place was in the inventory before this release. */
export function wasOwned(book: Book, { place, name, release, at }: SeenEffect): boolean {
  const before = book.inventoryBefore(place, name, release.id);
  return before?.entries.some((entry) => place.whereOf(entry) === at) ?? false;
}

function isLastGood(world: World, { place, name, key, at, after }: SeenEffect): boolean {
  const good = inventoryOf(place, name)?.revision[0]?.commit;
  const commit = good === undefined ? null : world.repository.find(good);
  if (commit === null) return false;
  return wishesOf(world.repository, commit.model, key, world.secrets).some((wish) => {
    if (wish.kind !== 'things') return false;
    const wanted = wish.things.get(at) ?? null;
    return after === null ? wanted === null : wanted?.value === after.spec.value;
  });
}
