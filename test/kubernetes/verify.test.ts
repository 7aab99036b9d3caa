import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';
import { openKubernetes } from '../support/kubernetes-target.ts';
import { openKube } from '../support/cluster.ts';

let shop: KubernetesBench;
const warnings: string[] = [];

/** A target that hears of nothing any more, as if its watches had lost what happened. */
function deaf(target: Target): Target {
  return { ...target, onChange: () => {} };
}

beforeEach(async () => {
  warnings.length = 0;
  const kube = openKube();
  shop = await createKubernetesBench({
    openTarget: async (_config, settings) =>
      deaf(await openKubernetes(kube, settings, (message) => warnings.push(message))),
  });
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

test('what watching missed is found by a look from scratch, healed, and reported as missed', async () => {
  shop.commit({ 'shop/a.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  await shop.edit('configmaps', 'a', { data: { a: 'by hand' } });
  shop.bench.engine.trigger('shop@dev', 'verify');
  await shop.sees('it is healed', async () => (await shop.live('configmaps', 'a')).data.a === '1');
  await shop.settles();
  const events = await shop.bench.api.events({ afterSeq: 0, limit: 1_000 });
  expect(events.filter(({ type }) => type === 'drift.detected')).toMatchObject([
    { data: { resources: 1, missedByWatching: true } },
  ]);
});

test('a look from scratch asks for every object, and finds nothing where all is well', async () => {
  shop.commit({ 'shop/a.yaml': yaml(configMap('a', { a: '1' }), configMap('b', { b: '1' })) });
  await shop.settles();
  shop.bench.engine.trigger('shop@dev', 'verify');
  await shop.bench.engine.queue.idle();
  await shop.settles();
  expect(await shop.bench.api.releases({ application: 'shop', limit: 10 })).toHaveLength(1);
  expect(warnings).toEqual([]);
});
