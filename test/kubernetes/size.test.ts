import { afterEach, beforeEach, expect, test } from 'vitest';
import { auditEntries } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

/** One application with as many objects as few people have. */

let shop: KubernetesBench;
const count = 3_000;
const longMs = 400_000;

beforeEach(async () => {
  shop = await createKubernetesBench({ applications: { shop: { timeouts: { health: '300s' } } } });
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
}, longMs);

/** Writes to what the application has that were carried out, so far; what is only tried is none. */
function writes(): number {
  return auditEntries(shop.kube.record).filter(
    ({ verb, objectRef, userAgent, requestURI, responseStatus }) =>
      objectRef?.namespace === shop.namespace &&
      objectRef.resource === 'configmaps' &&
      userAgent?.startsWith('fairlead') === true &&
      !['get', 'list', 'watch'].includes(verb) &&
      !requestURI.includes('dryRun=All') &&
      (responseStatus?.code ?? 500) < 300,
  ).length;
}

function maps(changed: string): Readonly<Record<string, string>> {
  const all = Array.from({ length: count }, (_, index) =>
    configMap(`map-${index}`, { text: index === 1_500 ? changed : 'as it was' }),
  );
  return Object.fromEntries(
    Array.from({ length: 30 }, (_, part) => [
      `shop/part-${part}.yaml`,
      yaml(...all.slice(part * 100, (part + 1) * 100)),
    ]),
  );
}

test('3,000 objects of one application are made with one write each; then a change and drift of one are one write, and a restart is none', async () => {
  const state = 'synced, Synced, Healthy';
  shop.commit(maps('first'));
  await shop.settles('shop@dev', state, longMs);
  const list = await shop.kube.get(`/api/v1/namespaces/${shop.namespace}/configmaps?limit=4000`);
  const names: readonly string[] = list.items.map(
    ({ metadata }: { metadata: { name: string } }) => metadata.name,
  );
  expect(names.filter((name) => name.startsWith('map-'))).toHaveLength(count);
  expect(writes()).toBe(count);

  shop.commit(maps('second'));
  await shop.settles('shop@dev', state, longMs);
  expect((await shop.live('configmaps', 'map-1500')).data.text).toBe('second');
  expect(writes()).toBe(count + 1);

  await shop.edit('configmaps', 'map-7', { data: { text: 'by hand' } });
  const isHealed = async (): Promise<boolean> =>
    (await shop.live('configmaps', 'map-7')).data.text === 'as it was';
  await shop.sees('it is healed', isHealed, longMs);
  await shop.settles('shop@dev', state, longMs);
  const before = writes();
  expect(before).toBe(count + 2);

  await shop.restart();
  await shop.settles('shop@dev', state, longMs);
  expect(writes()).toBe(before);
}, 900_000);
