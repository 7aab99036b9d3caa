import { expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import { configMap, manifest } from '../support/kube-bench.ts';
import { widgetsOf } from '../support/kubernetes/definition.ts';
import { inTrouble } from '../support/kubernetes/trouble.ts';
import { refuseConfigMaps } from '../support/kubernetes/admission.ts';

/** What a cluster refuses: the application says why, nothing is deleted, and what may pass goes live by itself once it does. */

const { open, started, commit, fails } = inTrouble();

test('what the service account may not do is said with the words of the server, and goes live by itself once it may', async () => {
  const all = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'];
  const at = await open({
    rules: [
      { apiGroups: [''], resources: ['configmaps', 'secrets', 'namespaces'], verbs: all },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: all },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch'] },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    ],
  });
  await started();
  const web = deployment('web');
  web.metadata.namespace = at.namespace;
  const bad = commit({ 'shop/web.yaml': manifest(web) });
  const view = await at.bench.application(
    'shop',
    'forbidden',
    ({ error }) => error?.message.includes('is forbidden') === true,
  );
  expect(view.error).toMatchObject({ code: 'kubernetes.forbidden', retryable: true });
  expect(view.error?.message).toMatch(/deployments/);
  await at.bench.settled(bad, 'calm');
  expect(at.deletes()).toEqual([]);

  await at.kube.patch(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${at.system}`, {
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: all }],
  });
  await at.bench.settled(bad, 'shop');
  expect(await at.live('apps/v1/deployments/web')).not.toBeNull();
});

test('where admission refuses one object of many, the reason is told, and the next commit that it takes goes live', async () => {
  const at = await open();
  await refuseConfigMaps(at, {
    expression: '!("forbidden" in object.data)',
    message: 'no forbidden things here',
  });
  await started();
  const maps = (bad: boolean): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => {
        const data = bad && index === 7 ? { forbidden: 'x' } : { index: String(index) };
        return [`shop/map-${index}.yaml`, configMap(`map-${index}`, at.namespace, data)];
      }),
    );
  const bad = commit(maps(true));
  const view = await at.bench.application(
    'shop',
    'refused',
    ({ error }) => /no forbidden things here/.test(error?.message ?? ''),
    25_000,
  );
  expect(view.error?.message).toContain('map-7');
  await at.bench.settled(bad, 'calm');
  expect(await at.live('configmaps/map-7')).toBeNull();
  const good = commit(maps(false));
  await at.bench.settled(good, 'shop', 'calm');
  expect(await at.live('configmaps/map-7')).not.toBeNull();
});

test('a quota that is used up is said and all stays as it was; with room the same goes live by itself', async () => {
  const at = await open();
  await started();
  const quota = `/api/v1/namespaces/${at.namespace}/resourcequotas`;
  await at.kube.post(quota, {
    metadata: { name: 'tight' },
    spec: { hard: { services: '0' } },
  });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const bad = commit({
    'shop/service.yaml': manifest({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: at.namespace },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    }),
  });
  expect(await fails('kubernetes.quota-exceeded')).toContain('exceeded quota: tight');
  await at.bench.settled(bad, 'calm');
  expect(at.deletes()).toEqual([]);
  await at.kube.delete(`${quota}/tight`);
  await at.bench.settled(bad, 'shop');
  expect(await at.live('services/web')).not.toBeNull();
});

test('while it is tried again, what keeps this attempt comes first, and what ended the one before is told as such', async () => {
  const at = await open();
  await started();
  const quota = `/api/v1/namespaces/${at.namespace}/resourcequotas`;
  await at.kube.post(quota, {
    metadata: { name: 'tight' },
    spec: { hard: { 'count/deployments.apps': '0', pods: '0' } },
  });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const web = deployment('web');
  web.metadata.namespace = at.namespace;
  web.spec.replicas = 1;
  commit({ 'shop/web.yaml': manifest(web) });
  await fails('kubernetes.quota-exceeded');
  await at.kube.patch(`${quota}/tight`, { spec: { hard: { 'count/deployments.apps': null } } });
  await at.bench.application(
    'shop',
    'tried again',
    ({ state, health }) => state === 'applying' && health.status === 'Progressing',
    25_000,
  );
  const view = await at.bench.detail('shop');
  expect(view.blockedBy.map(({ why }) => why)).toEqual([
    expect.stringMatching(/^Progressing: /),
    expect.stringMatching(/^the attempt before this one: .*exceeded quota: tight/),
  ]);
});

test('an object whose conversion webhook does not answer fails its own application only', async () => {
  const at = await open();
  await started();
  const group = `${at.namespace}.example.com`;
  const definition = widgetsOf(group);
  definition.spec.versions.push({ ...definition.spec.versions[0], name: 'v2', storage: false });
  definition.spec.conversion = {
    strategy: 'Webhook',
    webhook: {
      conversionReviewVersions: ['v1'],
      clientConfig: { url: 'https://127.0.0.1:9/convert' },
    },
  };
  await at.kube.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  const bad = commit({
    'shop/widget.yaml': manifest({
      apiVersion: `${group}/v2`,
      kind: 'Widget',
      metadata: { name: 'one', namespace: at.namespace },
      spec: { size: 1 },
    }),
  });
  await at.bench.application(
    'shop',
    'it says what is wrong',
    ({ error }) => /convers|webhook|connect|widget/i.test(error?.message ?? ''),
    60_000,
  );
  const more = commit({});
  await at.bench.settled(more, 'calm');
  expect(bad).not.toBe(more);
  expect(await at.live('configmaps/kept')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});
