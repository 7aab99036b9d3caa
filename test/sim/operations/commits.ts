import type { ApplicationModel, RepositoryModel, ThingKind, ThingModel } from '../git/model.ts';
import type { World } from '../run/world.ts';
import type { Chance } from '../world/random.ts';
import type { Operation } from './operation.ts';

const kindsByShare: readonly ThingKind[] = [
  'Thing',
  'Thing',
  'Thing',
  'Worker',
  'Worker',
  'Volume',
  'Task',
];

export function newThing(dice: Chance, taken: readonly ThingModel[]): ThingModel {
  const free = 'abcdefghijkl'.split('').filter((name) => taken.every((one) => one.name !== name));
  const name = free.length === 0 ? `x${taken.length}` : dice.pick(free);
  const kind = dice.pick(kindsByShare);
  return {
    kind,
    name,
    at: name,
    value: newValue(dice),
    note: dice.hits(0.3) ? `note ${dice.int(3)}` : null,
    secret: kind !== 'Task' && dice.hits(0.15) ? 'token' : null,
    wave: dice.hits(0.25) ? dice.int(3) : 0,
    prune: !dice.hits(0.08),
  };
}

function newValue(dice: Chance): string {
  return `${dice.hits(0.1) ? 'slow' : 'v'}${dice.int(1_000)}`;
}

/** Commits the newest model with one change. */
export function commit(
  world: World,
  change: (model: RepositoryModel) => RepositoryModel | null,
  what: string,
): string | null {
  const tip = world.repository.tip;
  const next = tip === null ? null : change(tip.model);
  if (next === null) return null;
  const { id } = world.repository.push(next);
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

function pickApplication(world: World, dice: Chance): ApplicationModel | null {
  const applications = world.repository.tip?.model.applications ?? [];
  return applications.length === 0 ? null : dice.pick(applications);
}

export const editValue: Operation = {
  name: 'edit a value',
  weight: 10,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null || application.things.length === 0) return null;
    const thing = dice.pick(application.things);
    const value = newValue(dice);
    return commitApplication(
      world,
      application.name,
      (one) => ({
        ...one,
        things: one.things.map((item) => (item === thing ? { ...item, value } : item)),
      }),
      `${application.name}/${thing.name} = ${value}`,
    );
  },
};
