import { expect, test } from 'vitest';
import { openKube } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import { openKubernetes, openLine } from '../support/kubernetes-target.ts';

test('a cluster that goes away is said to be, with when it was seen last, until it is back', async () => {
  const kube = openKube();
  await using line = await openLine(kube);
  await using shop = await createKubernetesBench({
    openTarget: (_config, settings) =>
      openKubernetes(kube, { ...settings, kubeconfig: line.kubeconfig, requestTimeout: '3s' }),
  });
  const { api } = shop.bench;
  const selector = { application: 'shop', environment: 'dev' };
  const reach = async () => (await api.status()).declared.targets[0]?.reach;
  shop.commit({ 'shop/a.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  const before = Date.now();
  expect(await reach()).toEqual({ lastSeenAtMs: expect.any(Number) as number, away: null });
  expect(await api.application(selector)).not.toHaveProperty('away');

  line.cut();
  await shop.sees('it is away', async () => (await reach())?.away != null);
  expect(await reach()).toMatchObject({ away: { code: 'kubernetes.unavailable' } });
  const [application] = await api.applications();
  expect(application?.away).toMatchObject([{ target: 'cluster' }]);
  const [away] = application?.away ?? [];
  expect(away?.sinceMs).toBeGreaterThanOrEqual(before);
  expect(away?.lastSeenAtMs).toBeLessThanOrEqual(away?.sinceMs ?? 0);
  expect((await api.application(selector)).blockedBy[0]).toMatchObject({
    what: 'Target/cluster',
    why: expect.stringMatching(/^does not answer: /) as string,
  });

  line.mend();
  await shop.sees('it is back', async () => (await reach())?.away === null);
  expect(await api.application(selector)).not.toHaveProperty('away');
});
