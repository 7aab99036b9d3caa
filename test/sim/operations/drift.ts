import { placeOfThing } from '../git/model.ts';
import { epochMs } from '../world/clock.ts';
import type { Operation } from './operation.ts';

/** What others do at the targets. */

const editLive: Operation = {
  name: 'edit behind the back',
  weight: 6,
  run: (world, dice) => {
    const place = dice.pick([...world.places.values()]);
    if (place.things.length === 0) return null;
    const { at, spec } = dice.pick(place.things);
    const value = `drift${dice.int(100)}`;
    place.put(at, { ...spec, value }, null);
    world.judge.onForeign(place, at);
    return `somebody sets ${at} at ${place.name} to ${value}`;
  },
};

const deleteLive: Operation = {
  name: 'delete behind the back',
  weight: 5,
  run: (world, dice) => {
    const place = dice.pick([...world.places.values()]);
    if (place.things.length === 0) return null;
    const { at } = dice.pick(place.things);
    place.put(at, null, null);
    world.judge.onForeign(place, at);
    return `somebody deletes ${at} at ${place.name}`;
  },
};

const remakeLive: Operation = {
  name: 'remake behind the back',
  weight: 3,
  run: (world, dice) => {
    const place = dice.pick([...world.places.values()]);
    if (place.things.length === 0) return null;
    const { at, spec: live } = dice.pick(place.things);
    // At a cluster the note would be a field of theirs: it stays, rightly, also when a commit drops it before it is ours again.
    const spec = world.setup.model.driver === 'kubernetes' ? { ...live, note: null } : live;
    place.put(at, null, null);
    place.put(at, dice.hits(0.5) ? spec : { ...spec, value: `theirs${dice.int(100)}` }, null);
    world.judge.onForeign(place, at);
    return `somebody deletes ${at} at ${place.name} and makes it anew`;
  },
};

/** At a place that an application has, had, or may come to want. */
const stranger: Operation = {
  name: 'put something in the way',
  weight: 4,
  run: (world, dice) => {
    const { model } = dice.pick(world.repository.commits);
    const environment = dice.pick(model.environments);
    const place = world.places.get(dice.pick(environment.targets));
    const application = dice.pick(model.applications);
    if (place === undefined || application.things.length === 0) return null;
    const thing = dice.pick(application.things);
    const at = placeOfThing(model.driver, environment.name, application, {
      ...thing,
      at: dice.hits(0.5) ? thing.at : dice.pick('abcdefghijkl'.split('')),
    });
    if (place.thing(at) !== null) return null;
    const value = dice.hits(0.4) ? thing.value : `theirs${dice.int(100)}`;
    // No field that nobody may ever own: those are left to whoever made them.
    place.put(at, { kind: thing.kind, value, note: null, secret: null }, null);
    world.judge.onForeign(place, at);
    return `somebody makes ${at} at ${place.name} as ${value}`;
  },
};

const holdThere: Operation = {
  name: 'hold at the target',
  weight: 2,
  run: (world, dice) => {
    const place = dice.pick([...world.places.values()]);
    const names = [...place.inventories.keys()];
    if (names.length === 0) return null;
    const name = dice.pick(names);
    const [application = '', environment = ''] = name.split('@');
    const atMs = epochMs + world.scheduler.nowMs;
    const key = { application, environment };
    const expiresAtMs = dice.hits(0.6) ? atMs + dice.logarithmic(1_000, 7_200_000) : null;
    place.setHold(
      key,
      { key, kind: 'freeze', revision: null, reason: 'by hand', by: 'eve', atMs, expiresAtMs },
      null,
    );
    return `somebody holds ${name} at ${place.name}${expiresAtMs === null ? '' : ' for a while'}`;
  },
};

const rotateSecret: Operation = {
  name: 'rotate a secret',
  weight: 2,
  run: (world) => {
    // At a cluster it changes with a commit.
    if (world.setup.model.driver === 'kubernetes') return null;
    world.rotate('token');
    return 'the secret gets a new value';
  },
};

export const drift: readonly Operation[] = [
  editLive,
  deleteLive,
  remakeLive,
  stranger,
  holdThere,
  rotateSecret,
];
