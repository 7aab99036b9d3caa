import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import type { Engine } from './engine.ts';

const shop = { application: 'shop', environment: 'dev' };

test('invariant 10: while a field is fought over, commits go live and other drift is healed; only its own healing waits', async () => {
  await using bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/fought.yaml': bench.file('fought', 'ours'),
    'shop/other.yaml': bench.file('other', 'one'),
  });
  for (let round = 0; round < 3; round += 1) {
    await bench.edit('fought', 'theirs');
    await lookFor(bench.engine);
    expect(bench.read('fought')).toBe('ours');
  }
  await bench.edit('fought', 'theirs');
  await lookFor(bench.engine);
  expect([bench.read('fought'), bench.state('shop@dev')]).toEqual([
    'theirs',
    'out-of-sync, OutOfSync, Healthy',
  ]);

  const commit = await bench.push({ 'shop/other.yaml': bench.file('other', 'two') });
  expect([bench.read('fought'), bench.read('other')]).toEqual(['theirs', 'two']);
  expect(bench.state('shop@dev')).toBe('out-of-sync, OutOfSync, Healthy');
  const detail = await bench.api.application(shop);
  expect(detail.message).toContain('contested');
  expect(detail.live).toMatchObject([{ commit }]);
  const [last] = await bench.store.releases({ ...shop, limit: 1 });
  expect(last).toMatchObject({ trigger: 'source', outcome: 'succeeded' });
  expect(last?.plan.plans[0]?.warnings).toEqual([expect.stringContaining('File/fought')]);

  await bench.edit('other', 'drift');
  await lookFor(bench.engine);
  expect([bench.read('fought'), bench.read('other')]).toEqual(['theirs', 'two']);

  // A person who asks means all of it.
  const sync = { ...shop, actor: 'ada', reason: '', approve: null, retryQuarantined: false };
  expect(await bench.api.sync(sync)).toMatchObject({ kind: 'released' });
  expect(bench.read('fought')).toBe('ours');
});

/** What the target's watch leads to. */
async function lookFor(engine: Engine): Promise<void> {
  engine.trigger('shop@dev', 'drift');
  await engine.queue.idle();
}
