import { inventoryKey } from '../../../src/model/inventory.ts';
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
  for (const application of [key.application, ...formerNames(book, effect)]) {
    const held = { ...key, application };
    const hold = holdOf(place, held);
    const heldSinceMs = place.heldSinceMs.get(inventoryKey(held)) ?? Number.POSITIVE_INFINITY;
    // Holds are seen as soon as they are told of: that nobody holds an application is not asked for each time.
    const knownMs = Math.max(heldSinceMs, place.recordsToldMs);
    if (
      hold?.kind === 'freeze' &&
      hold.expiresAtMs === null &&
      knownMs < book.announcedAtMs(release.id)
    )
      report('held', `${describeEffect(effect)}, which is on hold by ${hold.by}`);
  }

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

/** Names that an application had before, by every commit that may be in force, and that nobody has now. */
function formerNames(
  book: Book,
  { controller, release, key }: Pick<SeenEffect, 'controller' | 'release' | 'key'>,
): readonly string[] {
  const models = book.modelsAround(controller, release.id);
  const [first] = models;
  const names = first?.applications.find(({ name }) => name === key.application)?.settings
    .previousNames;
  return (names ?? []).filter((former) =>
    models.every(
      ({ applications }) =>
        applications.every(({ name }) => name !== former) &&
        applications.some(
          ({ name, settings }) =>
            name === key.application && settings.previousNames.includes(former),
        ),
    ),
  );
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
