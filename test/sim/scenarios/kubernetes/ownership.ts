import { inventoryOf } from '../../place/ledger.ts';
import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario, Stage } from '../stage.ts';

const two = clusterRepository([application('web', [thing('a'), thing('b')])]);
const [a, b] = ['ConfigMap/dev-web/a', 'ConfigMap/dev-web/b'];

/** Until a release is announced at a target that was not before. */
async function announced(stage: Stage, key = 'web@dev', target = 'east'): Promise<void> {
  const epoch = inventoryOf(stage.place(target), key)?.epoch ?? 0;
  await stage.until('the announcement', () => {
    const now = inventoryOf(stage.place(target), key)?.epoch ?? 0;
    return now > epoch;
  });
}

/** What is whose: of objects by their UID, of fields by who manages them. */
export const ownership: readonly Scenario[] = [
  {
    name: 'a cluster: what somebody made anew is neither deleted nor changed for what was there before',
    model: clusterRepository([
      application('web', [thing('a'), thing('b')]),
      application('api', [thing('a'), thing('c')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ staleMs: 600_000 });
      stage.meddle(b, 'theirs', 'east', true);
      stage.meddle('ConfigMap/dev-api/c', 'v1', 'east', true);
      stage.lose('web', 'b');
      stage.set('api', 'c', { note: 'new' });
      await stage.rest(2_000);
      stage.fault({ staleMs: 0 });
    },
  },
  {
    name: 'a cluster: names that cannot be listed are no names that are free',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.meddle('ConfigMap/dev-web/c', 'v1');
      await stage.rest(20_000);
      stage.fault({ forbidden: 1 });
      stage.add('web', thing('c'));
      await stage.rest(20_000);
      stage.fault({ forbidden: 0 });
    },
  },
  {
    name: 'a cluster: what may not be looked at is not forgotten',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.fault({ forbidden: 1, watchEnds: 1 });
      await stage.rest(150_000);
      stage.lose('web', 'b');
      await stage.rest(60_000);
      stage.fault({ forbidden: 0, watchEnds: 0 });
      stage.first.engine?.trigger('web@dev', 'manual');
      await stage.rest(300_000);
      stage.expect('it is gone', stage.place().thing(b) === null);
    },
  },
  {
    name: 'a cluster: what comes between a look and a write is nobody else’s to take',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.add('web', thing('c'));
      await announced(stage);
      // The same as we would make, so that nothing stands in the way but whose it is.
      stage.meddle('ConfigMap/dev-web/c', 'v1');
      await stage.rest(2_000);
    },
  },
  {
    name: 'a cluster: what somebody makes in the place of what could not be made is theirs until a person agrees',
    model: two,
    play: async (stage) => {
      const c = 'ConfigMap/dev-web/c';
      await stage.rest();
      const place = stage.cluster();
      const kind = place.cluster.kindOf('', 'ConfigMap');
      if (kind === null) throw new Error('there are no ConfigMaps');
      const end = place.limit(kind, 'dev-web');
      await stage.rest(1_000);
      stage.add('web', thing('c'));
      await stage.rest(60_000);
      end();
      stage.meddle(c, 'theirs');
      stage.expect('they have made it', stage.isLive(c, 'theirs'));
      stage.first.engine?.trigger('web@dev', 'manual');
      await stage.rest(120_000);
      stage.expect('it is as they made it', stage.isLive(c, 'theirs'));
      stage.approve();
      await stage.rest(300_000);
      stage.expect('it is as it is wanted', stage.isLive(c, 'v1'));
    },
  },
  {
    name: 'a cluster: a field that another manager takes in the last moment stays his',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.set('web', 'a', { note: 'ours' });
      await announced(stage);
      stage.cluster().applyAs('injector', stage.object(a), { data: { note: 'theirs' } });
      await stage.rest(2_000);
      const note = stage.place().thing(a)?.spec.note;
      stage.expect('it is theirs', note === 'theirs');
      stage.approve();
      await stage.rest();
    },
  },
  {
    name: 'a cluster: an autoscaler’s replicas are left to it, also when something else changes',
    model: clusterRepository([application('web', [thing('b', { kind: 'Worker' })])]),
    play: async (stage) => {
      const worker = 'Deployment/dev-web/b';
      await stage.rest();
      const place = stage.cluster();
      const kind = place.cluster.kindOf('autoscaling', 'HorizontalPodAutoscaler');
      if (kind === null) throw new Error('there are no autoscalers');
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'b' };
      const spec = { scaleTargetRef, maxReplicas: 9 };
      place.make('dev-web', kind, { metadata: { name: 'b' }, spec });
      for (let round = 0; round < 6; round += 1) {
        place.scale(stage.world.chance);
        await stage.rest(30_000);
      }
      stage.set('web', 'b', { value: 'v2' });
      await stage.rest();
      stage.expect('the change is live', stage.isLive(worker, 'v2'));
    },
  },
  {
    name: 'a cluster: what was made and never confirmed is removed when it is not wanted any more',
    model: clusterRepository([
      application('web', [
        thing('a'),
        thing('b', { kind: 'Worker' }),
        thing('c', { kind: 'Worker' }),
      ]),
    ]),
    play: async (stage) => {
      const worker = 'Deployment/dev-web/b';
      await stage.until('the Deployment', () => stage.place().thing(worker) !== null);
      stage.first.kill();
      stage.lose('web', 'b');
      stage.startFetched();
      await stage.rest(60_000);
      stage.approve();
      await stage.rest();
      stage.expect('it is gone', stage.place().thing(worker) === null);
    },
  },
  {
    name: 'a cluster: a field of an update that was cut off goes when it is not wanted any more',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.set('web', 'a', { note: 'once' });
      await stage.until('the field', () => stage.place().thing(a)?.spec.note === 'once');
      stage.first.kill();
      stage.set('web', 'a', { note: null });
      stage.startFetched();
      await stage.rest(60_000);
      stage.expect('it is gone', stage.place().thing(a)?.spec.note === null);
    },
  },
];
