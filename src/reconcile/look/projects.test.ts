import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';
import { holdConfiguration } from '../../../test/support/hold-configuration.ts';
import type { EngineBench } from '../../../test/support/engine.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Target } from '../../targets/target.ts';

const shop = { application: 'shop', environment: 'dev' };
const team = JSON.stringify({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Project',
  metadata: { name: 'team' },
  spec: { impersonate: { user: 'team', groups: ['teams'] } },
});

/** Whom the targets were told to act as for `shop`, in order; `null`: nobody else. */
interface Told {
  readonly bench: EngineBench;
  readonly actsAs: unknown[];
}

async function createTold(options: Parameters<typeof createEngineBench>[0] = {}): Promise<Told> {
  const actsAs: unknown[] = [];
  const target = (inner: Target): Target => ({
    ...inner,
    prepare: (manifests, scope) => {
      if (scope.key.application === 'shop') actsAs.push(scope.project?.impersonate ?? null);
      return inner.prepare(manifests, scope);
    },
  });
  return { bench: await createEngineBench({ ...options, target }), actsAs };
}

const files = (bench: EngineBench) => ({
  'fairlead.yaml': `${configuration({ shop: { project: 'team', onRemoval: 'delete' }, other: {} })}\n---\n${team}`,
  'shop/a.yaml': bench.file('a', '1'),
  'other/b.yaml': bench.file('b', '1'),
});

/** Neither the application nor its project is left. */
const gone = { 'fairlead.yaml': configuration({ other: {} }), shop: null };

/** As a controller finds it that did not run when it left: there is only the record. */
async function leaveUnseen(bench: EngineBench, change: (inventory: Inventory) => Inventory) {
  const runtime = bench.engine.applications.get('shop@dev')!;
  bench.engine.drop(runtime);
  const inventory = (await bench.target.ledger.load(shop))!;
  const next = { ...change(inventory), epoch: inventory.epoch + 1 };
  await bench.target.ledger.save(shop, next, inventory.epoch);
  await bench.push(gone);
}

async function agree(bench: EngineBench): Promise<void> {
  const { waiting } = await bench.api.application(shop);
  await bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
  await bench.engine.queue.idle();
}

describe('an application that leaves together with its project', () => {
  test('is removed as whom the project said last', async () => {
    const { bench, actsAs } = await createTold();
    await using _ = bench;
    await bench.push(files(bench));
    await bench.push(gone);
    expect(bench.read('a')).toBeNull();
    expect(actsAs.at(-1)).toEqual({ user: 'team', groups: ['teams'] });
  });

  test('is removed as whom its record says, where the controller never knew the project', async () => {
    const { bench, actsAs } = await createTold();
    await using _ = bench;
    await bench.push(files(bench));
    await leaveUnseen(bench, (inventory) => inventory);
    await agree(bench);
    expect(bench.read('a')).toBeNull();
    expect(actsAs.at(-1)).toEqual({ user: 'team', groups: ['teams'] });
    expect(actsAs).not.toContain(null);
  });

  test('stays where nobody knows as whom, until the project is back', async () => {
    const { bench, actsAs } = await createTold();
    await using _ = bench;
    await bench.push(files(bench));
    await leaveUnseen(bench, ({ actsAs: _as, ...inventory }) => inventory);
    const { state, error } = await bench.api.application(shop);
    expect([state, error?.code]).toEqual(['backing-off', 'removal.project-gone']);
    expect(error?.message).toContain('project team');
    expect(bench.read('a')).toBe('1');
    await bench.push({ 'fairlead.yaml': `${configuration({ other: {} })}\n---\n${team}` });
    await agree(bench);
    expect(bench.read('a')).toBeNull();
    expect(actsAs).not.toContain(null);
  });
});

test('what a commit says is not done with the rights of before while its configuration is being taken over', async () => {
  const { bench, actsAs } = await createTold();
  await using _ = bench;
  await bench.push({
    ...files(bench),
    'fairlead.yaml': `${configuration({ shop: {}, other: {} })}\n---\n${team}`,
  });
  const { queue } = bench.engine;
  const held = holdConfiguration(bench.engine);
  const pushed = bench.push({ ...files(bench), 'shop/a.yaml': bench.file('a', '2') });
  await held.begun;
  bench.engine.trigger('shop@dev', 'manual');
  await queue.idle();
  expect(bench.read('a')).toBe('1');
  const { error } = await bench.api.application(shop);
  expect(error?.code).toBe('config.not-taken-yet');
  held.release();
  await pushed;
  expect(bench.read('a')).toBe('2');
  expect(actsAs.at(-1)).toEqual({ user: 'team', groups: ['teams'] });
  expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
});
