import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';

const shop = { application: 'shop', environment: 'dev' };

test.each([
  ['', 'says what changed'],
  ['  ', 'says what changed'],
  ['release 1.4', 'keeps what was said'],
])('a release that a person asked for with the reason "%s" %s', async (reason) => {
  await using bench = await createEngineBench();
  const commit = await bench.push({
    'fairlead.yaml': configuration({ shop: { sync: 'manual' } }),
    'shop/a.yaml': bench.file('a', 'one'),
  });
  const { waiting } = await bench.api.application(shop);
  const approve = waiting?.digest ?? null;
  await bench.api.sync({ ...shop, actor: 'ada', reason, approve, retryQuarantined: false });
  const [release] = await bench.store.releases({ ...shop, limit: 1 });
  const { trigger, actor } = release ?? {};
  expect({ trigger, actor, reason: release?.reason }).toEqual({
    trigger: 'manual',
    actor: 'ada',
    reason: reason.trim() === '' ? `new in commit ${commit.slice(0, 8)}` : reason,
  });
});
