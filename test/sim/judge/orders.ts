import type { World } from '../run/world.ts';
import { holdOf } from '../place/ledger.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { folderOf, isBroken } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

/** What people said is to be left alone is left alone. */
export function checkOrders(world: World, book: Book, effect: SeenEffect, report: Report): void {
  const { controller, place, key, name, release } = effect;
  const hold = holdOf(place, key);
  const heldSinceMs = place.heldSinceMs.get(name) ?? Number.POSITIVE_INFINITY;
  // Holds are seen as soon as they are told of: that nobody holds an application is not asked for each time.
  const knownMs = Math.max(heldSinceMs, place.recordsToldMs);
  if (
    hold?.kind === 'freeze' &&
    hold.expiresAtMs === null &&
    knownMs < book.announcedAtMs(release.id)
  )
    report('held', `${describeEffect(effect)}, which is on hold by ${hold.by}`);

  const isConfirmed = world.judge.activated.has(effect.process);
  if (controller.state.restored && !isConfirmed)
    report('read-only', `${describeEffect(effect)}: it was restored, and nobody confirmed that`);
  const owner = book.inventoryBefore(place, name, release.id)?.installation;
  if (owner !== undefined && owner !== controller.state.installation && !isConfirmed)
    report(
      'read-only',
      `${describeEffect(effect)}: ${owner} released it last, and nobody confirmed`,
    );

  checkSelfHeal(book, effect, report);
}

function checkSelfHeal(book: Book, effect: SeenEffect, report: Report): void {
  const { controller, release, key, place, at } = effect;
  if (
    (release.trigger !== 'drift' && release.trigger !== 'retry') ||
    release.actor !== 'controller'
  )
    return;
  const models = book.modelsAround(controller, release.id);
  if (models.some((model) => isBroken(model, key.application))) return;
  const cause = release.plan.plans
    .find((plan) => plan.target === place.name)
    ?.changes.find((change) => place.whereOf(change) === at)?.causeKind;
  const isOff = models.every(
    (model) =>
      model.applications.find(({ folder }) => folder === folderOf(key.application))?.settings
        .selfHeal === false,
  );
  if (cause === 'drift' && isOff && models.length > 0)
    report('held', `${describeEffect(effect)}, where self-healing is off`);
}
