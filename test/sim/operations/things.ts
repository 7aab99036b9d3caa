import { sharedPrefix } from '../git/model.ts';
import type { ApplicationModel, ThingKind, ThingModel } from '../git/model.ts';
import type { World } from '../run/world.ts';
import type { Chance } from '../world/random.ts';
import { commit, commitApplication, commitThing, pickApplication } from './edit.ts';
import type { Operation } from './operation.ts';

/** Commits that change what an application consists of. */

const kindsByShare: readonly ThingKind[] = [
  'Thing',
  'Thing',
  'Thing',
  'Worker',
  'Worker',
  'Volume',
  'Task',
];
const names = 'abcdefghijkl'.split('');

export function newThing(dice: Chance, owner: string, others: readonly ThingModel[]): ThingModel {
  const free = names.filter((name) => others.every((one) => one.name !== name && one.at !== name));
  const name = free.length === 0 ? `x${others.length}${dice.int(1_000)}` : dice.pick(free);
  const kind = dice.pick(kindsByShare);
  const shared = dice.hits(0.1);
  return {
    kind,
    name,
    at: shared ? `${sharedPrefix}${owner}-${name}${dice.int(1_000)}` : name,
    value: newValue(dice),
    note: dice.hits(0.3) ? `note ${dice.int(3)}` : null,
    secret: kind !== 'Task' && dice.hits(0.15) ? 'token' : null,
    wave: dice.hits(0.25) ? dice.int(3) : 0,
    prune: shared || !dice.hits(0.08),
  };
}

export function newValue(dice: Chance): string {
  return `${dice.hits(0.1) ? 'slow' : 'v'}${dice.int(1_000)}`;
}

const editValue: Operation = {
  name: 'edit a value',
  weight: 10,
  run: (world, dice) => {
    const value = newValue(dice);
    return commitThing(
      world,
      dice,
      () => true,
      (thing) => ({ ...thing, value }),
      (thing, application) => `${application.name}/${thing.name} = ${value}`,
    );
  },
};

const breakValue: Operation = {
  name: 'commit what never works',
  weight: 4,
  run: (world, dice) => {
    const value = `bad${dice.int(100)}`;
    return commitThing(
      world,
      dice,
      ({ kind }) => kind === 'Worker',
      (thing) => ({ ...thing, value }),
      (thing, application) => `${application.name}/${thing.name} = ${value}`,
    );
  },
};

const editNote: Operation = {
  name: 'add or drop a field',
  weight: 3,
  run: (world, dice) =>
    commitThing(
      world,
      dice,
      () => true,
      (thing) => ({ ...thing, note: thing.note === null ? `note ${dice.int(3)}` : null }),
      (thing, application) => `${application.name}/${thing.name}: note`,
    ),
};

const addThing: Operation = {
  name: 'add a resource',
  weight: 6,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null) return null;
    const thing = newThing(dice, application.folder, application.things);
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, things: [...one.things, thing] }),
      `${application.name} gets ${thing.kind}/${thing.name} at ${thing.at}`,
    );
  },
};

const removeThings: Operation = {
  name: 'remove resources',
  weight: 7,
  run: (world, dice) => {
    const application = pickApplication(world, dice, ({ things }) => things.length > 1);
    if (application === null) return null;
    const count = dice.hits(0.6) ? 1 : 1 + dice.int(application.things.length - 1);
    const going = new Set<ThingModel>();
    while (going.size < count) going.add(dice.pick(application.things));
    // Nobody can have one of a kind that is not there.
    if ([...going].some(({ kind }) => kind === 'Definition'))
      for (const thing of application.things) if (thing.kind === 'Gadget') going.add(thing);
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, things: one.things.filter((thing) => !going.has(thing)) }),
      `${application.name} loses ${[...going].map(({ name }) => name).join(', ')}`,
    );
  },
};

const moveThing: Operation = {
  name: 'move a resource',
  weight: 3,
  run: (world, dice) =>
    commitThing(
      world,
      dice,
      ({ at }) => !at.startsWith(sharedPrefix),
      (thing) => ({
        ...thing,
        at: thing.at.endsWith('2') ? thing.at.slice(0, -1) : `${thing.at}2`,
      }),
      (thing, application) => `${application.name}/${thing.name} moves from ${thing.at}`,
    ),
};

const renameThing: Operation = {
  name: 'rename a resource',
  weight: 3,
  run: (world, dice) => {
    const application = pickApplication(world, dice, ({ things }) => things.length > 0);
    if (application === null) return null;
    const chosen = dice.pick(application.things);
    const name = chosen.name.endsWith('n') ? chosen.name.slice(0, -1) : `${chosen.name}n`;
    if (application.things.some((thing) => thing.name === name)) return null;
    return commitApplication(
      world,
      application.name,
      (one) => ({
        ...one,
        things: one.things.map((thing) => (thing === chosen ? { ...thing, name } : thing)),
      }),
      `${application.name}/${chosen.name} is called ${name} from now on, at the same place`,
    );
  },
};

const handOverThing: Operation = {
  name: 'hand a resource to another application',
  weight: 2,
  run: (world, dice) => handOver(world, dice, ({ things: own }) => own),
};

/** @param change what else the commit does to the application that gets it */
function handOver(
  world: World,
  dice: Chance,
  change: (to: ApplicationModel, moved: ThingModel) => readonly ThingModel[],
): string | null {
  const isShared = ({ at }: ThingModel): boolean => at.startsWith(sharedPrefix);
  const from = pickApplication(
    world,
    dice,
    (one) => one.things.length > 1 && one.things.some(isShared),
  );
  const to = pickApplication(world, dice, (one) => one !== from);
  if (from === null || to === null) return null;
  const thing = dice.pick(from.things.filter(isShared));
  if (to.things.some(({ name }) => name === thing.name)) return null;
  return commit(
    world,
    (model) => ({
      ...model,
      applications: model.applications.map((one) =>
        one.name === from.name
          ? { ...one, things: one.things.filter((item) => item !== thing) }
          : one.name === to.name
            ? { ...one, things: [...change(one, thing), thing] }
            : one,
      ),
    }),
    `${thing.name} goes from ${from.name} to ${to.name}`,
  );
}

/** Puts something where it can be handed over. */
const addShared: Operation = {
  name: 'add a resource at a shared place',
  weight: 1,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null) return null;
    const made = newThing(dice, application.folder, application.things);
    const at = `${sharedPrefix}${application.folder}-${made.name}${dice.int(1_000)}`;
    const thing = { ...made, at, prune: true };
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, things: [...one.things, thing] }),
      `${application.name} gets ${thing.kind}/${thing.name} at ${at}`,
    );
  },
};

/** The same commit makes the release of whom it goes to fail. */
const handOverBadly: Operation = {
  name: 'hand a resource to an application that breaks',
  weight: 1,
  run: (world, dice) => {
    const value = `bad${dice.int(100)}`;
    return handOver(world, dice, ({ folder, things: own }, moved) => {
      const broken = newThing(dice, folder, [...own, moved]);
      return [...own, { ...broken, kind: 'Worker', value, secret: null }];
    });
  },
};

const reorder: Operation = {
  name: 'change a wave or prune switch',
  weight: 2,
  run: (world, dice) =>
    commitThing(
      world,
      dice,
      () => true,
      (thing) =>
        dice.hits(0.5)
          ? { ...thing, wave: dice.int(3) }
          : { ...thing, prune: thing.at.startsWith(sharedPrefix) || !thing.prune },
      (thing, application) => `${application.name}/${thing.name}: wave or prune`,
    ),
};

export const things: readonly Operation[] = [
  editValue,
  breakValue,
  editNote,
  addThing,
  removeThings,
  moveThing,
  renameThing,
  addShared,
  handOverThing,
  handOverBadly,
  reorder,
];
