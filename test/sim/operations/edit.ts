import type { ApplicationModel, RepositoryModel, ThingModel } from '../git/model.ts';
import type { World } from '../run/world.ts';
import type { Chance } from '../world/random.ts';

/** What committing operations share. */

/** Commits the newest model with one change. */
export function commit(
  world: World,
  change: (model: RepositoryModel) => RepositoryModel,
  what: string,
): string | null {
  const tip = world.repository.tip;
  if (tip === null) return null;
  const { id } = world.repository.push(change(tip.model));
  return `commit ${id.slice(0, 8)}: ${what}`;
}

/** Commits a change to one application. */
export function commitApplication(
  world: World,
  name: string,
  change: (application: ApplicationModel) => ApplicationModel,
  what: string,
): string | null {
  return commit(
    world,
    (model) => ({
      ...model,
      applications: model.applications.map((one) => (one.name === name ? change(one) : one)),
    }),
    what,
  );
}

/** Commits a change to one thing of an application that chance picks among those that fit. */
export function commitThing(
  world: World,
  dice: Chance,
  fits: (thing: ThingModel) => boolean,
  change: (thing: ThingModel) => ThingModel,
  what: (thing: ThingModel, application: ApplicationModel) => string,
): string | null {
  const application = pickApplication(world, dice, (one) => one.things.some(fits));
  if (application === null) return null;
  const chosen = dice.pick(application.things.filter(fits));
  return commitApplication(
    world,
    application.name,
    (one) => ({
      ...one,
      things: one.things.map((thing) => (thing === chosen ? change(thing) : thing)),
    }),
    what(chosen, application),
  );
}

export function pickApplication(
  world: World,
  dice: Chance,
  fits: (application: ApplicationModel) => boolean = () => true,
): ApplicationModel | null {
  const fitting = (world.repository.tip?.model.applications ?? []).filter(fits);
  return fitting.length === 0 ? null : dice.pick(fitting);
}
