import { copyState } from '../../run/controller.ts';
import { inventoryOf } from '../../place/ledger.ts';
import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario, Stage } from '../stage.ts';

const at = (name: string): string => `ConfigMap/dev-web/${name}`;
const slow = (value: string) => [
  thing('one', { kind: 'Worker', value }),
  thing('two', { kind: 'Worker', value, wave: 1 }),
];
const before = [...slow('v1'), thing('a'), thing('b'), thing('c', { wave: 2 })];
const settings = { maxPrunePercent: 100 };

/**
 * Two controllers of one installation: the first is in the middle of a release and waits until a wave is healthy, when
 * the second takes over with a newer commit; what tells of records is late by minutes, though the server answers.
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
  stage.fault({ recordsLateMs: 600_000 });
  stage.commit(() => clusterRepository([application('web', older, settings)]));
  await stage.until('the first wave', () => stage.isLive('Deployment/dev-web/one', 'slow2'));
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

/** One controller takes over from another that does not hear of it. */
export const takingOver: readonly Scenario[] = [
  {
    name: 'a cluster: who was overtaken and does not hear of it deletes nothing that the newer commit wants',
    model: clusterRepository([application('web', before, settings)]),
    play: async (stage) => {
      await stage.rest();
      const uid = stage.place().thing(at('b'))?.uid;
      const older = before.filter(({ name }) => name !== 'b');
      await overtaken(
        stage,
        [...slow('slow2'), ...older.slice(2)],
        [...slow('slow2'), ...before.slice(2), thing('d')],
      );
      await stage.rest(120_000);
      stage.expect('it is the same', stage.place().thing(at('b'))?.uid === uid);
      stage.fault({ recordsLateMs: 0 });
    },
  },
  {
    name: 'a cluster: who was overtaken and does not hear of it overwrites nothing of the newer release',
    model: clusterRepository([application('web', before, settings)]),
    play: async (stage) => {
      await stage.rest();
      const rest = before.slice(2);
      const with2 = (value: string) =>
        rest.map((one) => (one.name === 'c' ? { ...one, value } : one));
      await overtaken(
        stage,
        [...slow('slow2'), ...with2('v2')],
        [...slow('slow2'), ...with2('v3').map((one) => ({ ...one, wave: 0 }))],
      );
      await stage.until('the newer value', () => stage.isLive(at('c'), 'v3'));
      for (let left = 120; left > 0; left -= 1) {
        await stage.rest(1_000);
        stage.expect('it stays', stage.isLive(at('c'), 'v3'));
      }
      stage.fault({ recordsLateMs: 0 });
    },
  },
  {
    name: 'a cluster: who was overtaken and does not hear of it makes nothing that no record knows',
    model: clusterRepository([application('web', before, settings)]),
    play: async (stage) => {
      await stage.rest();
      const rest = before.slice(2);
      const more = [
        thing('three', { kind: 'Worker', value: 'slow2', wave: 2 }),
        thing('e', { wave: 3 }),
      ];
      await overtaken(
        stage,
        [...slow('slow2'), ...rest, ...more],
        [...slow('slow2'), ...rest, thing('d')],
      );
      await stage.rest(120_000);
      stage.expect('it was not made', stage.place().thing(at('e')) === null);
      stage.fault({ recordsLateMs: 0 });
    },
  },
];
