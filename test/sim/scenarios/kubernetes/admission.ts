import { textAt } from '../../cluster/value.ts';
import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario } from '../stage.ts';

const [a, b] = ['ConfigMap/dev-web/a', 'Deployment/dev-web/b'];
const two = clusterRepository([application('web', [thing('a'), thing('b', { kind: 'Worker' })])]);

/** What comes between a wish and what is stored, and kinds that are not as they were. */
export const admission: readonly Scenario[] = [
  {
    name: 'a cluster: what a webhook makes of a wish is the wish, and when it is gone the wish is as it was written',
    model: two,
    play: async (stage) => {
      await stage.rest();
      stage.cluster().mutate();
      stage.set('web', 'b', { value: 'v2' });
      await stage.rest(120_000);
      stage.expect('it is live', stage.isLive(b, 'v2'));
      const image = (): string => JSON.stringify(stage.object(b)['spec']);
      stage.expect('it is as the webhook has it', image().includes('mirror.example'));
      const { requests } = stage.world.judge;
      await stage.rest(1_800_000);
      const sent = stage.world.judge.requests - requests;
      stage.expect(`nothing is written again, not ${sent} times`, sent === 0);
      stage.cluster().unmutate();
      stage.meddle(b, 'theirs');
      await stage.rest(120_000);
      stage.expect('it is as it was written', image().includes('registry.example/app:v2'));
    },
  },
  {
    name: 'a cluster: what a full namespace does not take goes live when there is room again',
    model: two,
    play: async (stage) => {
      await stage.rest();
      const place = stage.cluster();
      const kind = place.cluster.kindOf('', 'ConfigMap');
      if (kind === null) throw new Error('there are no ConfigMaps');
      const end = place.limit(kind, 'dev-web');
      await stage.rest(1_000);
      stage.add('web', thing('c'));
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest(60_000);
      stage.expect('there is no room', stage.place().thing('ConfigMap/dev-web/c') === null);
      end();
      stage.first.engine?.trigger('web@dev', 'manual');
      await stage.rest(300_000);
    },
  },
  {
    name: 'a cluster: an object whose version is not served any more is found in another, and goes',
    model: clusterRepository([
      application('web', [thing('a'), thing('b'), thing('c'), thing('t', { kind: 'Task' })], {
        maxPrunePercent: 100,
      }),
    ]),
    play: async (stage) => {
      const task = 'Widget/dev-web/t';
      await stage.rest();
      const { uid } = stage.place().thing(task) ?? {};
      stage.set('web', 't', { version: 'v2' });
      await stage.rest();
      stage.expect('it is the same', stage.place().thing(task)?.uid === uid);
      stage.set('web', 't', { version: 'v1' });
      await stage.rest();
      stage.cluster().serve('v2');
      stage.lose('web', 't');
      await stage.rest(300_000);
      stage.expect('it is gone', stage.place().thing(task) === null);
      stage.expect('the rest is there', stage.isLive(a, 'v1'));
    },
  },
  {
    name: 'a cluster: a kind that takes minutes to come holds up what is of it, and then lets it in',
    model: clusterRepository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.cluster().cluster.establishMs = 400_000;
      stage.edit('web', (one) => ({
        ...one,
        things: [
          ...one.things,
          thing('kind', { kind: 'Definition' }),
          thing('one', { kind: 'Gadget' }),
        ],
      }));
      await stage.rest(60_000);
      const gadget = 'Gadget/dev-web/one';
      stage.expect('it is not there yet', stage.place().thing(gadget) === null);
      await stage.rest(1_800_000);
      stage.expect('it is there', stage.isLive(gadget, 'v1'));
      const found = textAt(stage.object(gadget), 'apiVersion');
      stage.expect(`it is of its version, not ${found}`, found === 'sim.fairlead.dev/v1');
    },
  },
];
