import { sameJson } from '../../../src/model/json.ts';
import type { InventoryEntry } from '../../../src/model/inventory.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { Place, ThingSpec } from '../place/place.ts';
import type { World } from '../run/world.ts';
import type { Agreed, Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { leaves } from './revision.ts';
import { folderOf, isBroken, wishOf } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

const shareFrom = 3;

/** Deletes that each release has made so far, by release and target. */
export type DeleteLog = Map<string, SeenEffect[]>;

/** A delete needs a durable record with the UID, and a person where it loses much. */
export function checkDelete(
  world: World,
  book: Book,
  log: DeleteLog,
  effect: SeenEffect,
  report: Report,
): void {
  const { before, after, place, name, at, release } = effect;
  if (before === null || after !== null) return;
  const uid = place.uidOf(before);
  const entry = inventoryOf(place, name)?.entries.find((one) => place.whereOf(one) === at);
  const isAgreed = book.agreed.some((one) => isThisDelete(one, effect, uid));
  if (entry === undefined) {
    report('delete-without-record', `${describeEffect(effect)}: the inventory does not know it`);
    return;
  }
  const isRecorded =
    entry.uid === uid || (entry.uid === null && isAsAnnounced(place, entry, before.spec));
  if (!isRecorded && !isAgreed) {
    report('delete-without-record', `${describeEffect(effect)}: ${uid} is not ${entry.uid}`);
    return;
  }
  const done = log.get(`${release.id} ${place.name}`) ?? [];
  log.set(`${release.id} ${place.name}`, done);
  if (!isHarmlessMove(world, effect, entry)) done.push(effect);
  if (isKept(book, effect, entry))
    report('not-to-be-pruned', `${describeEffect(effect)}, where pruning is off`);
  if (isAgreed || release.trigger === 'revert') return;
  const why = whyGuarded(world, book, done, effect, entry);
  if (why !== null) report('prune-guard', `${describeEffect(effect)}: nobody agreed, and ${why}`);
}

function isThisDelete(agreed: Agreed, { key, place, at }: SeenEffect, uid: string): boolean {
  return (
    agreed.folder === folderOf(key.application) &&
    agreed.environment === key.environment &&
    agreed.target === place.name &&
    agreed.action === 'delete' &&
    agreed.at === at &&
    agreed.uid === uid
  );
}

/** Whether every commit that may be in force says that it stays, and none that the application leaves. */
function isKept(book: Book, effect: SeenEffect, entry: InventoryEntry): boolean {
  const { controller, release, key } = effect;
  const models = book.modelsAround(controller, release.id);
  if (models.length === 0 || models.some((model) => isBroken(model, key.application))) return false;
  if (leaves(book, effect)) return !entry.prune;
  const isOff = models.every(
    (model) =>
      model.applications.find(({ folder }) => folder === folderOf(key.application))?.settings
        .prune === false,
  );
  return isOff || !entry.prune;
}

function isAsAnnounced(place: Place, entry: InventoryEntry, found: ThingSpec): boolean {
  const announced = place.announced(entry);
  return (
    announced !== null && sameJson([announced.value, announced.note], [found.value, found.note])
  );
}

/** One half of a move, of something that holds no data. */
function isHarmlessMove(world: World, effect: SeenEffect, entry: InventoryEntry): boolean {
  const { release, key, before } = effect;
  if (before?.spec.kind === 'Volume' || entry.traits.dataBearing) return false;
  const commit = world.repository.find(release.revision[0]?.commit ?? '');
  const wish = commit === null ? null : wishOf(commit.model, key, world.secrets);
  return (
    wish?.kind === 'things' &&
    wish.application.things.some(
      ({ kind, name }) => kind === entry.id.kind && name === entry.id.name,
    )
  );
}

/** Why a person had to be asked, by every commit that the controller had before it; `null`: no need. */
function whyGuarded(
  world: World,
  book: Book,
  done: readonly SeenEffect[],
  effect: SeenEffect,
  entry: InventoryEntry,
): string | null {
  const { controller, release, key, place, name } = effect;
  const models = book.modelsAround(controller, release.id);
  const commit = world.repository.find(release.revision[0]?.commit ?? '');
  const wish = commit === null ? null : wishOf(commit.model, key, world.secrets);
  // Where the commit still wants it, that the application leaves is the only reason there can be; a removal takes along
  // what its last commit had dropped and nobody had agreed to yet.
  const isWanted = wish === null || (wish.kind === 'things' && wish.things.has(effect.at));
  const isLeaving = (isWanted || release.trigger === 'removal') && leaves(book, effect);
  const settings = models.flatMap(
    (model) =>
      model.applications.find(({ folder }) => folder === folderOf(key.application))?.settings ?? [],
  );
  const environments = models.flatMap(
    (model) => model.environments.find((one) => one.name === key.environment) ?? [],
  );
  if (environments.some(({ ephemeral }) => ephemeral)) return null;
  if (isLeaving) {
    const all = world.repository.commits.flatMap(
      ({ model }) =>
        model.applications.find(({ folder }) => folder === folderOf(key.application))?.settings ??
        [],
    );
    return all.some(({ onRemoval }) => onRemoval === 'delete')
      ? null
      : 'the application is to be removed only after a yes';
  }
  const isData = effect.before?.spec.kind === 'Volume' || effect.before?.spec.kind === 'Definition';
  if (entry.traits.dataBearing || isData) return 'it holds data';
  const owned = book.inventoryBefore(place, name, release.id)?.entries.length ?? 0;
  const most = Math.max(...settings.map(({ maxPrunePercent }) => maxPrunePercent));
  if (done.length >= shareFrom && owned > 0 && (100 * done.length) / owned > most)
    return `it is the ${done.length}. of ${owned}, more than ${most} %`;
  const hasWorker =
    wish?.kind === 'things' && [...wish.things.values()].some(({ kind }) => kind === 'Worker');
  return entry.traits.workload && !hasWorker ? 'it is the last that runs' : null;
}
