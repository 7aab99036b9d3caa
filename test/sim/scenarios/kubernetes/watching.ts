import { set } from '../../cluster/value.ts';
import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario } from '../stage.ts';

const two = clusterRepository([application('web', [thing('a'), thing('b', { kind: 'Worker' })])]);
const [a, b] = ['ConfigMap/dev-web/a', 'Deployment/dev-web/b'];

/** What watching tells, and what it does not. */
export const watching: readonly Scenario[] = [
  {
    name: 'a cluster: what is edited and what is deleted behind the back is put right at once',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.meddle(b, 'theirs');
      stage.meddle(a, null);
      await stage.rest(60_000);
      stage.expect('both are as wished', stage.isLive(a, 'v1') && stage.isLive(b, 'v1'));
    },
  },
  {
    name: 'a cluster: a history that was compacted is listed anew, and nothing in between is missed',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.fault({ watchEnds: 1, forbidden: 1 });
      await stage.rest(150_000);
      stage.meddle(a, 'theirs');
      stage.meddle(b, null);
      stage.cluster().cluster.compact();
      stage.fault({ watchEnds: 0, forbidden: 0 });
      await stage.rest(300_000);
      stage.expect('both are as wished', stage.isLive(a, 'v1') && stage.isLive(b, 'v1'));
      // Looks at intervals would do for that; what is noticed at once is so because it is watched again.
      await stage.rest(300_000);
      stage.meddle(a, 'theirs again');
      await stage.rest(20_000);
      stage.expect('it is watched again', stage.isLive(a, 'v1'));
    },
  },
  {
    name: 'a cluster: what was deleted while a watch was away is missed when all is told anew',
    model: clusterRepository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ watchEnds: 1, forbidden: 1 });
      await stage.rest(150_000);
      stage.meddle('ConfigMap/dev-web/b', null);
      stage.cluster().cluster.compact();
      stage.fault({ watchEnds: 0, forbidden: 0 });
      await stage.rest(300_000);
      stage.expect('it is there again', stage.isLive('ConfigMap/dev-web/b', 'v1'));
    },
  },
  {
    name: 'a cluster: a watch that falls silent is given up',
    model: two,
    play: async (stage) => {
      await stage.rest(400_000);
      stage.fault({ watchMute: 1 });
      stage.cluster().edit(stage.object(a), (live) => set(live, ['metadata', 'labels', 'x'], 'y'));
      await stage.rest(5_000);
      stage.fault({ watchMute: 0 });
      stage.meddle(a, 'theirs');
      await stage.rest(600_000);
      stage.expect('it is as wished', stage.isLive(a, 'v1'));
    },
  },
  {
    name: 'a cluster: a label that was taken off is put back, and nothing is made anew',
    model: two,
    play: async (stage) => {
      await stage.rest();
      const { uid } = stage.place().thing(a) ?? {};
      stage
        .cluster()
        .edit(stage.object(a), (live) =>
          set(live, ['metadata', 'labels', 'fairlead.dev/managed'], undefined),
        );
      await stage.rest(60_000);
      const labels = JSON.stringify(stage.object(a)['metadata']);
      stage.expect('it is marked again', labels.includes('fairlead.dev/managed'));
      stage.expect('it is the same', stage.place().thing(a)?.uid === uid);
    },
  },
  {
    name: 'a cluster: what a watch is behind with is not written again',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.fault({ staleMs: 25_000 });
      const { requests } = stage.world.judge;
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest(20_000);
      const sent = stage.world.judge.requests - requests;
      stage.expect('it is live', stage.isLive(a, 'v2'));
      stage.expect(`one request is enough, not ${sent}`, sent <= 1);
      stage.fault({ staleMs: 0 });
    },
  },
];
