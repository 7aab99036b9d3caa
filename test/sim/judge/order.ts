import { sameJson } from '../../../src/model/json.ts';
import type { Change } from '../../../src/model/plan.ts';
import { isBad } from '../git/model.ts';
import { slowStartMs } from '../place/target.ts';
import type { World } from '../run/world.ts';
import type { Book } from './book.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { wishOf } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

/** Waves one after the other, each healthy before the next; deletes last. */
export function checkOrder(world: World, effect: SeenEffect, report: Report): void {
  const { release, place, at, after } = effect;
  const changes = release.plan.plans.find((plan) => plan.target === place.name)?.changes ?? [];
  const own = changes.find((change) => change.locator['at'] === at);
  if (own === undefined) return;
  for (const change of changes) {
    if (change.action === 'delete' || change.action === 'adopt') continue;
    if (after !== null && change.wave >= own.wave) continue;
    const why = whyNotReady(world, effect, change);
    if (why !== null) report('order', `${describeEffect(effect)}: before that, ${why}`);
  }
}

/** Why an earlier change of the release is not done; `null`: it is, or somebody else has meddled. */
function whyNotReady(world: World, effect: SeenEffect, change: Change): string | null {
  const { place, key, release } = effect;
  const { at } = change.locator;
  if (typeof at !== 'string' || world.judge.makers.get(`${place.name} ${at}`) !== effect.name) {
    return typeof at === 'string' &&
      place.thing(at) === null &&
      !world.judge.meddled.has(`${place.name} ${at}`)
      ? `${at} is to be made`
      : null;
  }
  const thing = place.thing(at);
  if (thing === null) return null;
  const commit = world.repository.find(release.revision[0]?.commit ?? '');
  const wish = commit === null ? null : wishOf(commit.model, key, world.secrets);
  const wanted = wish?.kind === 'things' ? wish.things.get(at) : undefined;
  if (
    wanted !== undefined &&
    !sameJson({ ...wanted, secret: null }, { ...thing.spec, secret: null })
  )
    return `${at} is to be changed`;
  if (thing.spec.kind !== 'Worker') return null;
  const startedMs = world.scheduler.nowMs - thing.changedMs;
  const isStarting = thing.spec.value.startsWith('slow') && startedMs < slowStartMs;
  return isStarting || isBad(thing.spec.value) ? `${at} must be healthy` : null;
}

/** What an application stands on is there before it. */
export function checkDependencies(
  world: World,
  book: Book,
  effect: SeenEffect,
  report: Report,
): void {
  const { controller, release, key, after } = effect;
  if (after === null || release.trigger === 'drift') return;
  const models = book.modelsAround(controller, release.id);
  const [first] = models;
  const names = first?.applications.find(({ name }) => name === key.application)?.settings
    .dependsOn;
  for (const name of names ?? []) {
    const isMissing = models.every((model) => {
      const application = model.applications.find((one) => one.name === key.application);
      const wish = wishOf(model, { ...key, application: name }, world.secrets);
      return (
        model.configFault === null &&
        application?.settings.dependsOn.includes(name) === true &&
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
