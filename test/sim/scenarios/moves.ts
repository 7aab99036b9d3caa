import { placeOfThing, sharedPrefix } from '../git/model.ts';
import type { DriverName, ThingModel } from '../git/model.ts';
import { inventoryOf } from '../place/ledger.ts';
import { application, clusterRepository, repository, thing } from './stage.ts';
import type { Scenario, Stage } from './stage.ts';

/** What moves from one application to another: `web` has `a` and `b`, `api` has `c`. */

const b = thing('b', { at: `${sharedPrefix}b` });
const names = ['web', 'web-x', 'api', 'job'];

interface Moving {
  readonly name: string;
  readonly onRemoval?: 'delete' | 'confirm';
  readonly play: (stage: Stage, at: string) => Promise<void>;
}

/** One commit: whoever had it has it no more, and another one does, or nobody. */
function moveTo(
  stage: Stage,
  to: string | null,
  value = 'v1',
  beside: readonly ThingModel[] = [],
): void {
  stage.editAll((one) => {
    const own = one.things.filter(({ name }) => name !== b.name && name !== 'd');
    return { ...one, things: one.name === to ? [...own, { ...b, value }, ...beside] : own };
  });
}

/** The applications that have it on record. */
function ownersOf(stage: Stage, at: string): string {
  const place = stage.place();
  const owners = names.filter((name) =>
    inventoryOf(place, `${name}@dev`)?.entries.some((entry) => place.whereOf(entry) === at),
  );
  return owners.join(' and ');
}

function expectOwner(stage: Stage, at: string, owner: string): void {
  const owners = ownersOf(stage, at);
  stage.expect(`it is on record of ${owner || 'nobody'}, not ${owners}`, owners === owner);
}

async function hold(stage: Stage): Promise<void> {
  stage.hold('api');
  await stage.rest();
}

const serialOf = (stage: Stage, at: string): number | undefined => stage.place().thing(at)?.serial;

const moving: readonly Moving[] = [
  {
    name: 'what moves to another application is taken over as it is, without a question',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      moveTo(stage, 'api', 'v2');
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
      stage.expect('it is as wished', stage.isLive(at, 'v2'));
      expectOwner(stage, at, 'api');
    },
  },
  {
    name: 'what moves loses a field that the one that had it gave it, and that is not wanted any more',
    play: async (stage, at) => {
      stage.set('web', b.name, { note: 'of before' });
      await stage.rest();
      stage.expect('it has the field', stage.place().thing(at)?.spec.note === 'of before');
      moveTo(stage, 'api');
      await stage.rest();
      stage.expect('it has lost the field', stage.place().thing(at)?.spec.note === null);
      expectOwner(stage, at, 'api');
    },
  },
  {
    name: 'what moves stays on record until whom it goes to has it, also over a restart',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      await hold(stage);
      moveTo(stage, 'api', 'v2');
      await stage.rest();
      expectOwner(stage, at, 'web');
      stage.restart();
      await stage.rest();
      expectOwner(stage, at, 'web');
      stage.resume('api');
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
      stage.expect('it is as wished', stage.isLive(at, 'v2'));
      expectOwner(stage, at, 'api');
    },
  },
  {
    name: 'what moves and is wanted nowhere by the next commit is taken away by the one that has it',
    play: async (stage, at) => {
      await hold(stage);
      moveTo(stage, 'api');
      await stage.rest();
      moveTo(stage, null);
      await stage.rest();
      stage.expect('it is gone', stage.place().thing(at) === null);
    },
  },
  {
    name: 'what moves and is given back by the next commit never goes',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      await hold(stage);
      moveTo(stage, 'api');
      await stage.rest();
      moveTo(stage, 'web', 'v3');
      await stage.rest();
      stage.resume('api');
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
      expectOwner(stage, at, 'web');
    },
  },
  {
    name: 'what moves and is named by a third application goes to that one as it is',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      await hold(stage);
      moveTo(stage, 'api');
      await stage.rest();
      moveTo(stage, 'job', 'v3');
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
      expectOwner(stage, at, 'job');
    },
  },
  {
    name: 'what moves from an application that gets another name at once is taken over as it is',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      stage.editAll((one) => {
        if (one.name === 'api') return { ...one, things: [...one.things, b] };
        if (one.name !== 'web') return one;
        const settings = { ...one.settings, previousNames: ['web'] };
        return { ...one, name: 'web-x', things: [thing('a')], settings };
      });
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
      expectOwner(stage, at, 'api');
    },
  },
  {
    name: 'an application that leaves gives up what another one wants',
    onRemoval: 'delete',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      stage.editAll((one) => {
        if (one.name === 'web') return null;
        return one.name === 'api' ? { ...one, things: [...one.things, b] } : one;
      });
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
      expectOwner(stage, at, 'api');
    },
  },
  {
    name: 'what moves to an application whose release fails then is not taken away on the way back',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      moveTo(stage, 'api', 'v1', [thing('d', { kind: 'Worker', value: 'bad1' })]);
      await stage.rest(600_000);
      stage.expect('it is the same', serialOf(stage, at) === before);
      expectOwner(stage, at, 'api');
      moveTo(stage, 'api');
      await stage.rest();
      moveTo(stage, null);
      await stage.rest();
      stage.expect('it goes when Git says so', stage.place().thing(at) === null);
    },
  },
  {
    name: 'what moves to an application that cannot be rendered in the same commit is not deleted',
    play: async (stage, at) => {
      const before = serialOf(stage, at);
      const faulty = (fault: 'syntax' | null): void =>
        stage.editAll((one) => {
          const own = one.things.filter(({ name }) => name !== b.name);
          return one.name === 'api'
            ? { ...one, fault, things: [...own, b] }
            : { ...one, things: own };
        });
      faulty('syntax');
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
      faulty(null);
      await stage.rest();
      stage.expect('it is still the same', serialOf(stage, at) === before);
      expectOwner(stage, at, 'api');
    },
  },
  {
    name: 'what somebody made and a release that fails takes over is not taken away on the way back',
    play: async (stage, at) => {
      moveTo(stage, null);
      await stage.rest();
      stage.meddle(at, 'theirs');
      const before = serialOf(stage, at);
      moveTo(stage, 'api', 'v1', [thing('d', { kind: 'Worker', value: 'bad1' })]);
      await stage.rest();
      stage.approve();
      await stage.rest(600_000);
      stage.expect('it was taken over', stage.isLive(at, 'v1'));
      stage.expect('it is the same', serialOf(stage, at) === before);
    },
  },
];

function playedAt(driver: DriverName, { name, onRemoval = 'confirm', play }: Moving): Scenario {
  const web = application('web', [thing('a'), b], { onRemoval, maxPrunePercent: 100 });
  const others = ['api', 'job'].map((other) => application(other, [thing('c')]));
  const at = placeOfThing(driver, 'dev', web, b);
  const isCluster = driver === 'kubernetes';
  return {
    name: isCluster ? `a cluster: ${name}` : name,
    identity: 'number',
    model: (isCluster ? clusterRepository : repository)([web, ...others]),
    play: async (stage) => {
      await stage.rest();
      stage.expect('it is there', stage.isLive(at, 'v1'));
      await play(stage, at);
    },
  };
}

/** What goes is worth no question, yet whoever wants it may be looked at later. */
function unasked(name: string, ephemeral: boolean, left: readonly ThingModel[]): Scenario {
  const web = application('web', [thing('a'), b], { maxPrunePercent: 100 });
  const model = repository([web, application('api', [thing('c')])]);
  const at = placeOfThing('host', 'dev', web, b);
  return {
    name,
    identity: 'number',
    concurrency: 1,
    model: { ...model, environments: model.environments.map((one) => ({ ...one, ephemeral })) },
    play: async (stage) => {
      await stage.rest();
      const before = serialOf(stage, at);
      stage.editAll((one) => ({
        ...one,
        things: one.name === 'api' ? [...one.things, b] : left,
      }));
      await stage.rest();
      stage.expect('it is the same', serialOf(stage, at) === before);
    },
  };
}

/** Each target tells of what others own there. */
function playedAtTwo(driver: DriverName): Scenario {
  const one = application('web', [thing('a'), b], { maxPrunePercent: 100 }, ['prod']);
  const at = placeOfThing(driver, 'prod', one, b);
  const isCluster = driver === 'kubernetes';
  const applications = [one, application('api', [thing('c')], {}, ['prod'])];
  const targets = ['west', 'south'];
  return {
    name: `${isCluster ? 'a cluster: ' : ''}what moves to another application is taken over as it is at every target`,
    identity: 'number',
    model: (isCluster ? clusterRepository : repository)(applications, { targets, sync: 'auto' }),
    play: async (stage) => {
      await stage.rest();
      const before = targets.map((target) => stage.place(target).thing(at)?.serial);
      moveTo(stage, 'api', 'v2');
      await stage.rest();
      for (const [index, target] of targets.entries()) {
        stage.expect(`it is as wished at ${target}`, stage.isLive(at, 'v2', target));
        const isSame = stage.place(target).thing(at)?.serial === before[index];
        stage.expect(`it is the same at ${target}`, isSame);
      }
    },
  };
}

export const moves: readonly Scenario[] = [
  ...(['host', 'kubernetes'] as const).flatMap((driver) => [
    ...moving.map((one) => playedAt(driver, one)),
    playedAtTwo(driver),
  ]),
  unasked(
    'what leaves an application of an ephemeral environment waits for the one that wants it',
    true,
    [thing('a')],
  ),
  unasked(
    'a place that a resource moves away from waits for the application that wants it',
    false,
    [thing('a'), thing('b')],
  ),
];
