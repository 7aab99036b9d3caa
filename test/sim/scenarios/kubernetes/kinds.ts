import { copyState } from '../../run/controller.ts';
import { inventoryOf } from '../../place/ledger.ts';
import { releasesIn } from '../../world/store.ts';
import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario, Stage } from '../stage.ts';

const two = [thing('a'), thing('b')];
const many = 'abcdefghijklmnop'.split('').map((name) => thing(name));

function failures(stage: Stage): number {
  return releasesIn(stage.first.state.store, { limit: 100 }).filter(
    ({ outcome }) => outcome === 'failed',
  ).length;
}

/** Namespaces, kinds, and what holds data; and controllers that meet. */
export const kinds: readonly Scenario[] = [
  {
    name: 'a cluster: a kind and what is of it go live in one release, as does what needs a namespace',
    model: clusterRepository([
      application('web', [
        ...many,
        thing('kind', { kind: 'Definition' }),
        thing('one', { kind: 'Gadget', wave: 1 }),
      ]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.expect('it is there', stage.isLive('Gadget/dev-web/one', 'v1'));
      stage.expect('nothing failed on the way', failures(stage) === 0);
    },
  },
  {
    name: 'a cluster: a kind whose API does not answer is no kind that is gone',
    model: clusterRepository([
      application('web', [thing('a'), thing('t', { kind: 'Task' }), thing('u', { kind: 'Task' })]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.first.kill();
      for (const version of ['v1', 'v2'])
        stage.cluster().cluster.stale.add(`sim.fairlead.dev/${version}`);
      stage.lose('web', 't', 'u');
      stage.startFetched();
      await stage.rest(120_000);
      stage.cluster().cluster.stale.clear();
      await stage.rest(300_000);
      stage.expect('it is gone', stage.place().thing('Widget/dev-web/t') === null);
    },
  },
  {
    name: 'a cluster: claims and kinds are deleted on a yes alone',
    model: clusterRepository([
      application('web', [...many.slice(0, 9), thing('v', { kind: 'Volume' })]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.lose('web', 'v');
      await stage.rest();
      const claim = 'PersistentVolumeClaim/dev-web/v';
      stage.expect('it waits', stage.isLive(claim, 'v1'));
      stage.approve();
      await stage.rest();
      stage.expect('it is gone', stage.place().thing(claim) === null);
    },
  },
  {
    name: 'a cluster: who wakes up after another has taken over deletes nothing more',
    model: clusterRepository([application('web', many, { maxPrunePercent: 100 })]),
    play: async (stage) => {
      const { first, world } = stage;
      await stage.rest();
      stage.fault({ slowMs: 400 });
      stage.lose('web', ...many.slice(1).map(({ name }) => name));
      await stage.until('the first delete', () => stage.place().things.length < many.length);
      const process = first.machine?.process;
      if (process === undefined) throw new Error('it does not run');
      process.paused = true;
      stage.fault({ slowMs: 0 });
      // It has a commit that wants them all, and so touches nothing but what is gone.
      world.repository.push(clusterRepository([application('web', many)]));
      const second = world.addController(copyState(first.state));
      stage.hasFetched(second);
      const epoch = inventoryOf(stage.place(), 'web@dev')?.epoch ?? 0;
      second.start();
      await stage.until('the second announcement', () => {
        return (inventoryOf(stage.place(), 'web@dev')?.epoch ?? 0) > epoch;
      });
      await stage.rest(10_000);
      process.paused = false;
      await stage.rest();
    },
  },
  {
    name: 'a cluster: of two that announce at once one gives way',
    model: clusterRepository([application('web', two)]),
    play: async (stage) => {
      const { first, world } = stage;
      await stage.rest();
      world.addController(copyState(first.state)).start();
      await stage.rest();
      // The one has a new commit, the other puts something right, at nearly the same time.
      for (let round = 0; round < 12; round += 1) {
        stage.fault({ staleMs: 500, slowMs: 200 });
        world.repository.push(
          clusterRepository([application('web', [...two, thing(`c${round}`)])]),
        );
        const isLate = round % 2 === 0;
        if (isLate) stage.meddle('ConfigMap/dev-web/a', `theirs${round}`);
        await stage.rest(isLate ? round * 60 : 0);
        void first.engine?.api.refresh({ source: null }).catch(() => {});
        await stage.rest(isLate ? 0 : round * 60);
        if (!isLate) stage.meddle('ConfigMap/dev-web/a', `theirs${round}`);
        await stage.rest(10_000);
        stage.fault({ staleMs: 0, slowMs: 0 });
        stage.fetch();
        await stage.rest(20_000);
      }
      stage.fault({ staleMs: 0, slowMs: 0 });
    },
  },
  {
    name: 'a cluster: a crash at any request loses nothing and doubles nothing',
    model: clusterRepository([
      application('web', [
        thing('a'),
        thing('b', { kind: 'Worker' }),
        thing('c', { secret: 'token' }),
      ]),
    ]),
    play: async (stage) => {
      for (const point of ['before-request', 'after-request'] as const) {
        for (let after = 1; after <= 10; after += 3) {
          const value = `${point}${after}`.replace('-request', '');
          stage.first.crashAt(point, after);
          stage.set('web', 'a', { value });
          stage.set('web', 'b', { value });
          await stage.rest(5_000);
          stage.first.neverCrash();
          stage.first.start();
          await stage.rest();
          const isLive = stage.isLive('ConfigMap/dev-web/a', value);
          stage.expect(`all is live after a crash ${point} ${after}`, isLive);
        }
      }
    },
  },
];
