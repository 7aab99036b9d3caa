import { inventoryKey } from '../../../src/model/inventory.ts';
import { claimTaken } from '../../../src/targets/errors.ts';
import type { ApplicationModel, RepositoryModel } from '../git/model.ts';
import type { World } from '../run/world.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { folderOf, wishOf } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

/** What a commit wants from another application goes over to that one as it is: it is not deleted to be made anew. */
export function checkMoved(world: World, book: Book, effect: SeenEffect, report: Report): void {
  const { after, key, release, controller } = effect;
  // What leaves names no commit that says so.
  if (after !== null || release.trigger === 'removal') return;
  const models = book
    .commitsSince(controller, release.revision[0]?.commit ?? '')
    .map((commit) => world.repository.commit(commit).model);
  const [first] = models;
  if (first === undefined || models.some(({ configFault }) => configFault !== null)) return;
  const taker = first.applications.find(
    (other) =>
      other.folder !== folderOf(key.application) &&
      models.every((model) => wants(world, model, other, effect)) &&
      canTell(effect, other),
  );
  if (taker !== undefined)
    report('delete-of-wanted', `${describeEffect(effect)}: ${taker.name} wants it as it is`);
}

function wants(
  world: World,
  model: RepositoryModel,
  { name }: ApplicationModel,
  { key, at, place, before }: SeenEffect,
): boolean {
  if (!model.applications.some((one) => one.name === name)) return false;
  const wish = wishOf(model, { application: name, environment: key.environment }, world.secrets);
  return (
    wish.kind === 'things' &&
    wish.things.get(at)?.kind === before?.spec.kind &&
    wish.environment.targets.includes(place.name)
  );
}

/** Whether nothing but that somebody has it keeps an application from saying what it wants. */
function canTell({ controller, key }: SeenEffect, { name }: ApplicationModel): boolean {
  const id = inventoryKey({ ...key, application: name });
  const runtime = controller.engine?.applications.get(id);
  if (runtime === undefined || runtime.pending.hold !== null || !runtime.agenda.wasLookedAt)
    return false;
  return runtime.status.error === null || runtime.status.error.code === claimTaken.definition.code;
}
