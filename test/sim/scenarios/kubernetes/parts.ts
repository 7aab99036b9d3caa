import { secret } from '../../cluster/kinds.ts';
import { isHead, partsOf, recordNamespace } from '../../cluster/records.ts';
import { textAt } from '../../cluster/value.ts';
import { copyState } from '../../run/controller.ts';
import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario, Stage } from '../stage.ts';

/** Small enough that each record of these scenarios takes several objects. */
const recordPartBytes = 250;
const many = 'abcdefgh'.split('').map((name) => thing(name));
const model = clusterRepository([application('web', many)]);

/** Parts that no record names. */
function leftParts(stage: Stage): number {
  const objects = stage.cluster().cluster.storage.list(secret, recordNamespace);
  const named = new Set(objects.filter(isHead).flatMap(partsOf));
  return objects.filter((one) => !isHead(one) && !named.has(textAt(one, 'metadata', 'uid'))).length;
}

/** Records that are too large for one object: what is cut up is one thing all the time. */
export const parts: readonly Scenario[] = [
  {
    name: 'a cluster: a record in parts is whole after a crash at any request, and what was left of others goes',
    model,
    recordPartBytes,
    play: async (stage) => {
      await stage.rest();
      for (const point of ['before-request', 'after-request'] as const) {
        for (let after = 1; after <= 25; after += 3) {
          stage.first.crashAt(point, after);
          stage.set('web', 'a', { value: `${point.slice(0, 6)}${after}` });
          await stage.rest(5_000);
          stage.first.neverCrash();
          stage.first.start();
          await stage.rest();
        }
      }
      // Older than a write that is under way can be.
      await stage.rest(700_000);
      stage.set('web', 'a', { value: 'last' });
      await stage.rest();
      stage.expect('the last is live', stage.isLive('ConfigMap/dev-web/a', 'last'));
      stage.expect(`${leftParts(stage)} parts are nobody's`, leftParts(stage) === 0);
    },
  },
  {
    name: 'a cluster: a record in parts stays whole while answers are lost and others look away',
    model,
    recordPartBytes,
    play: async (stage) => {
      await stage.rest();
      for (let round = 0; round < 24; round += 1) {
        stage.fault({ ledgerAnswerLost: 0.4, ledgerFails: 0.1, readFails: 0.4, watchEnds: 0.5 });
        stage.set('web', 'a', { value: `v${round}x` });
        await stage.rest(20_000);
        stage.fault({ ledgerAnswerLost: 0, ledgerFails: 0, readFails: 0, watchEnds: 0 });
        await stage.rest(60_000);
      }
      stage.expect('the last is live', stage.isLive('ConfigMap/dev-web/a', 'v23x'));
    },
  },
  {
    name: 'a cluster: of two that write a record in parts at once neither takes the other’s parts',
    model,
    recordPartBytes,
    play: async (stage) => {
      const { first, world } = stage;
      await stage.rest();
      world.addController(copyState(first.state)).start();
      await stage.rest();
      for (let round = 0; round < 12; round += 1) {
        stage.fault({ slowMs: 200 });
        world.repository.push(
          clusterRepository([application('web', [...many, thing(`x${round}`)])]),
        );
        void first.engine?.api.refresh({ source: null }).catch(() => {});
        await stage.rest(round * 60);
        stage.meddle('ConfigMap/dev-web/a', `theirs${round}`);
        await stage.rest(10_000);
        stage.fault({ slowMs: 0 });
        stage.fetch();
        await stage.rest(20_000);
      }
    },
  },
];
