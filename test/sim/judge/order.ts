import { sameJson } from '../../../src/model/json.ts';
import type { Change } from '../../../src/model/plan.ts';
import type { RepositoryModel } from '../git/model.ts';
import type { World } from '../run/world.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { wishOf, wishesOf } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

/** Waves one after the other, each healthy before the next, ranks one after the other in each; deletes last. */
export function checkOrder(world: World, effect: SeenEffect, report: Report): void {
  const { release, place, at, after } = effect;
  const changes = release.plan.plans.find((plan) => plan.target === place.name)?.changes ?? [];
  const own = changes.find((change) => place.whereOf(change) === at);
  if (own === undefined) return;
  for (const change of changes) {
    if (change.action === 'delete' || change.action === 'adopt') continue;
    if (change.moment === 'after-removal') continue;
    const isEarlier =
      change.wave < own.wave || (change.wave === own.wave && change.rank < own.rank);
    if (after !== null && !isEarlier) continue;
    const why = world.judge.runs.isRun(place, change)
      ? world.judge.runs.whyNotDone(place, change)
      : whyNotReady(world, effect, change, after === null || change.wave < own.wave);
    if (why !== null) report('order', `${describeEffect(effect)}: before that, ${why}`);
  }
}

/** Why an earlier change of the release is not done; `null`: it is, or somebody else has meddled. */
function whyNotReady(
  world: World,
  effect: SeenEffect,
  change: Change,
  mustBeHealthy: boolean,
): string | null {
  const { place, key, release } = effect;
  const at = place.whereOf(change);
  if (world.judge.makers.get(`${place.name} ${at}`) !== effect.name) {
    return at !== '' && place.thing(at) === null && !world.judge.meddled.has(`${place.name} ${at}`)
      ? `${at} is to be made`
      : null;
  }
  const thing = place.thing(at);
  if (thing === null) return null;
  const commit = world.repository.find(release.revision[0]?.commit ?? '');
  const wishes =
    commit === null ? [] : wishesOf(world.repository, commit.model, key, world.secrets);
  const wanted = wishes.flatMap((wish) =>
    wish.kind === 'things' ? (wish.things.get(at) ?? []) : [],
  );
  const isAsWanted = wanted.some((spec) =>
    sameJson({ ...spec, secret: null }, { ...thing.spec, secret: null }),
  );
  if (wanted.length > 0 && !isAsWanted) return `${at} is to be changed`;
  return place.isReady(thing) || !mustBeHealthy ? null : `${at} must be healthy`;
}

/** What an application stands on is there before it. */
export function checkDependencies(
  world: World,
  book: Book,
  effect: SeenEffect,
  report: Report,
): void {
  const { controller, release, key, after } = effect;
  if (after === null || release.trigger === 'drift' || release.trigger === 'retry') return;
  const models = book.modelsAround(controller, release.id);
  const [first] = models;
  for (const { name } of first?.applications ?? []) {
    const isMissing = models.every((model) => {
      const wish = wishOf(model, { ...key, application: name }, world.secrets);
      return (
        model.configFault === null &&
        comesBefore(model, name, key.application) &&
        wish.kind === 'things' &&
        wish.things.size > 0 &&
        [...wish.things.keys()].every((at) =>
          wish.environment.targets.every((target) => world.places.get(target)?.thing(at) === null),
        )
      );
    });
    if (isMissing) report('order', `${describeEffect(effect)}: nothing of ${name} is there yet`);
  }
}

/** Whether one application stands on another, by name or because its wave is a later one. */
function comesBefore(model: RepositoryModel, first: string, second: string): boolean {
  const [before, after] = [first, second].map(
    (wanted) => model.applications.find(({ name }) => name === wanted)?.settings,
  );
  return (
    before !== undefined &&
    after !== undefined &&
    (after.dependsOn.includes(first) || before.wave < after.wave)
  );
}
