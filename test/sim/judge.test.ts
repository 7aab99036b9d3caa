import { expect, test } from 'vitest';
import type { Effect } from '../../src/targets/target.ts';
import { inventoryOf } from './place/ledger.ts';
import type { Rule } from './judge/violation.ts';
import type { Controller } from './run/controller.ts';
import { World } from './run/world.ts';
import { application, repository, Stage, thing } from './scenarios/stage.ts';

/** What the judge says of effects that are made by hand, in a world where everything else is in order. */

const key = { application: 'web', environment: 'dev' };

async function liveStage(): Promise<Stage> {
  const setup = {
    identity: 'content' as const,
    concurrency: 4,
    allowForcedPush: false,
    eager: false,
    webhook: false,
    recordPartBytes: null,
    mends: true,
    model: repository([application('web', [thing('a'), thing('b', { secret: 'token' })])]),
  };
  const world = new World(1, setup, false);
  const first = world.addController();
  first.start();
  const stage = new Stage(world, first);
  await stage.rest();
  expect(world.judge.violations).toEqual([]);
  return stage;
}

function effectAt(at: string): Effect {
  return {
    key,
    applicationUid: 'app-1',
    id: { group: 'sim.fairlead.dev', kind: 'Thing', namespace: '', name: at },
    uid: null,
    locator: { at },
    fence: async () => {},
    signal: new AbortController().signal,
    timeoutMs: 1_000,
  };
}

function rulesOf(stage: Stage): readonly Rule[] {
  const { violations } = stage.world.judge;
  for (const controller of stage.world.controllers) controller.kill();
  return violations.map(({ rule }) => rule);
}

/** Changes or deletes (`null`) what is at a place as if the controller had. */
function touch(stage: Stage, controller: Controller, at: string, value: string | null): void {
  const place = stage.place();
  const before = place.thing(at);
  const spec = { kind: 'Thing', note: null, secret: null, ...before?.spec };
  const after = place.put(at, value === null ? null : { ...spec, value }, null);
  stage.world.judge.onEffect(controller, place, effectAt(at), before, after);
}

test('an effect that no release has is caught', async () => {
  const stage = await liveStage();
  touch(stage, stage.first, 'dev/web/a', null);
  expect(rulesOf(stage)).toContain('unrecorded-effect');
});

test('something that is made and not in the inventory is caught', async () => {
  const stage = await liveStage();
  touch(stage, stage.first, 'dev/web/new', 'v1');
  expect(rulesOf(stage)).toContain('inventory-misses');
});

test('an inventory that forgets what is there is caught', async () => {
  const stage = await liveStage();
  const inventory = inventoryOf(stage.place(), 'web@dev');
  if (inventory === null) throw new Error('nothing was released');
  const entries = inventory.entries.slice(1);
  stage.world.judge.onInventory(stage.first, stage.place(), key, { ...inventory, entries });
  expect(rulesOf(stage)).toEqual(['inventory-shrinks']);
});

test('an effect after another writer took over is caught', async () => {
  const stage = await liveStage();
  const inventory = inventoryOf(stage.place(), 'web@dev');
  const { judge } = stage.world;
  const effect = effectAt('dev/web/a');
  judge.onEffectBegins(stage.first, stage.place(), effect);
  const second = stage.world.addController();
  judge.onInventory(second, stage.place(), key, inventory);
  judge.onFence(effect);
  const before = stage.place().thing('dev/web/a');
  judge.onEffect(stage.first, stage.place(), effect, before, before);
  expect(rulesOf(stage)).toContain('fencing');
});

test('an effect whose last look came before the other writer is in flight, and allowed', async () => {
  const stage = await liveStage();
  const inventory = inventoryOf(stage.place(), 'web@dev');
  const { judge } = stage.world;
  const effect = effectAt('dev/web/a');
  judge.onEffectBegins(stage.first, stage.place(), effect);
  judge.onFence(effect);
  judge.onInventory(stage.world.addController(), stage.place(), key, inventory);
  const before = stage.place().thing('dev/web/a');
  judge.onEffect(stage.first, stage.place(), effect, before, before);
  expect(rulesOf(stage)).not.toContain('fencing');
});

test('a secret value is caught wherever text leaves the engine', async () => {
  const stage = await liveStage();
  const value = stage.world.secrets.get('token') ?? '';
  stage.world.judge.onText('log', `could not write ${value}`);
  expect(rulesOf(stage)).toEqual(['secret-leaked']);
});
