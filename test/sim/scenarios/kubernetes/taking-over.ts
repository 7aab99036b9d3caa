import { copyState } from '../../run/controller.ts';
import { inventoryOf } from '../../place/ledger.ts';
import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario, Stage } from '../stage.ts';

const at = (name: string): string => `ConfigMap/dev-web/${name}`;
/** One after the other, so that a release takes its time. */
const steps = (value: string) =>
  'ghijklmnopqr'.split('').map((name, wave) => thing(name, { wave, value }));
const last = 20;
const others = [thing('a'), thing('b'), thing('c', { wave: last })];
const settings = { maxPrunePercent: 100 };

/**
 * Two controllers of one installation: the first is in the middle of a release when the second takes over with a newer
 * commit; what tells of records is late by minutes, though the server answers.
 */
async function overtaken(
  stage: Stage,
  older: readonly ReturnType<typeof thing>[],
  newer: readonly ReturnType<typeof thing>[],
): Promise<void> {
  const { first, world } = stage;
  const second = world.addController(copyState(first.state));
  second.start();
  await stage.rest();
  const waiting = second.machine?.process;
  if (waiting === undefined) throw new Error('it does not run');
  waiting.paused = true;
  stage.fault({ recordsLateMs: 600_000, slowMs: 2_000 });
  stage.commit(() => clusterRepository([application('web', older, settings)]));
  await stage.until('the first effect', () => stage.isLive(at('g'), 'v2'));
  world.repository.push(clusterRepository([application('web', newer, settings)]));
  const epoch = inventoryOf(stage.place(), 'web@dev')?.epoch ?? 0;
  waiting.paused = false;
  void second.engine?.api.refresh({ source: null }).catch(() => {});
  await stage.until('the second announcement', () => {
    return (inventoryOf(stage.place(), 'web@dev')?.epoch ?? 0) > epoch;
  });
  // What the first plans from now on it plans with the newer commit.
  stage.fetch();
}

/** The first follows a newer commit, the second does not hear of it; nothing is to be done but to write the record. */
function disagreeing(): Scenario {
  const keeping = { ...settings, prune: false };
  return {
    name: 'a cluster: two controllers at different commits write the record in turn ever more seldom, and hear of all else at once',
    model: clusterRepository([application('web', others, keeping)]),
    play: async (stage) => {
      const { first, world } = stage;
      await stage.rest();
      const second = world.addController(copyState(first.state));
      second.start();
      await stage.rest();
      const before = world.judge.records;
      const { effects } = world.judge;
      world.repository.push(clusterRepository([application('web', others.slice(1), keeping)]));
      void first.engine?.api.refresh({ source: null }).catch(() => {});
      await stage.rest(25_000);
      const written = world.judge.records - before;
      stage.expect('both have written it', written > 3);
      stage.expect(`at most 30 writes in 25 seconds, not ${written}`, written <= 30);
      stage.expect('nothing was done', world.judge.effects === effects);

      stage.meddle(at('b'), 'theirs');
      await stage.rest(1_000);
      stage.expect('drift is healed at once all the same', stage.isLive(at('b'), 'v1'));
      const key = { application: 'web', environment: 'dev' };
      const order = { ...key, actor: 'ada', reason: 'wait', expiresAtMs: null };
      void first.engine?.api.hold(order);
      await stage.rest(1_000);
      const held = second.engine?.applications.get('web@dev')?.pending.hold;
      stage.expect('the hold is seen at once all the same', held?.by === 'ada');
      void first.engine?.api.resume({ ...key, actor: 'ada' });

      stage.fetch();
      await stage.rest(10_000);
      const agreed = world.judge.records;
      await stage.rest(120_000);
      stage.expect('it ends when both follow one commit', world.judge.records === agreed);
    },
  };
}

/** One controller takes over from another that does not hear of it. */
export const takingOver: readonly Scenario[] = [
  {
    name: 'a cluster: who was overtaken and does not hear of it deletes nothing that the newer commit wants',
    model: clusterRepository([application('web', [...steps('v1'), ...others], settings)]),
    play: async (stage) => {
      await stage.rest();
      const uid = stage.place().thing(at('b'))?.uid;
      await overtaken(
        stage,
        [...steps('v2'), ...others.filter(({ name }) => name !== 'b')],
        [...steps('v2'), ...others, thing('d')],
      );
      await stage.rest(120_000);
      stage.expect('it is the same', stage.place().thing(at('b'))?.uid === uid);
      stage.fault({ recordsLateMs: 0, slowMs: 0 });
    },
  },
  {
    name: 'a cluster: who was overtaken and does not hear of it overwrites nothing of the newer release',
    model: clusterRepository([application('web', [...steps('v1'), ...others], settings)]),
    play: async (stage) => {
      await stage.rest();
      const withC = (value: string, wave: number) =>
        others.map((one) => (one.name === 'c' ? { ...one, value, wave } : one));
      await overtaken(
        stage,
        [...steps('v2'), ...withC('v2', last)],
        [...steps('v2'), ...withC('v3', 0)],
      );
      await stage.until('the newer value', () => stage.isLive(at('c'), 'v3'));
      for (let left = 120; left > 0; left -= 1) {
        await stage.rest(1_000);
        stage.expect('it stays', stage.isLive(at('c'), 'v3'));
      }
      stage.fault({ recordsLateMs: 0, slowMs: 0 });
    },
  },
  {
    name: 'a cluster: who was overtaken and does not hear of it makes nothing that no record knows',
    model: clusterRepository([application('web', [...steps('v1'), ...others], settings)]),
    play: async (stage) => {
      await stage.rest();
      await overtaken(
        stage,
        [...steps('v2'), ...others, thing('e', { wave: last })],
        // So little to do that it is done before the first is.
        [...steps('v1').map((one) => (one.wave < 2 ? { ...one, value: 'v2' } : one)), ...others],
      );
      await stage.rest(120_000);
      stage.expect('it was not made', stage.place().thing(at('e')) === null);
      stage.fault({ recordsLateMs: 0, slowMs: 0 });
    },
  },
  disagreeing(),
];
