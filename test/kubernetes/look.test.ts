import { afterEach, beforeEach, expect, test } from 'vitest';
import { showTree } from '../../src/cli/show/tree.ts';
import { createStyle } from '../../src/cli/terminal/style.ts';
import { playLabel } from '../../src/cluster/kwok.ts';
import { deployment, openKube } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';
import { openKubernetes } from '../support/kubernetes-target.ts';

let shop: KubernetesBench;

beforeEach(async () => {
  shop = await createKubernetesBench({
    applications: { shop: { onFailure: 'stay', timeouts: { health: '3s' } } },
  });
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const selector = { application: 'shop', environment: 'dev' };

test('a tree goes from what Git says down to the pods, and names the one that is not well', async () => {
  const crashing = deployment('api', 1, { [playLabel]: 'crash' });
  shop.commit({
    'shop/all.yaml': yaml(deployment('web', 2), crashing, configMap('a', { a: '1' })),
  });
  await shop.sees('the pods are there', async () =>
    (shop.bench.engine.applications.get('shop@dev')?.status.error?.message ?? '').includes('api'),
  );
  let shown = '';
  // What the release made is seen with the look after it.
  await shop.sees('the tree after the next look', async () => {
    const { trees } = await shop.bench.api.tree(selector);
    shown = showTree(trees, createStyle(false)).replaceAll(shop.namespace, 'app');
    return /^app\/ConfigMap\/a {2}Healthy$/m.test(shown);
  });
  expect(shown).toMatch(
    /^app\/Deployment\/web {2}Healthy\n└─ ReplicaSet\/web-\w+ {2}Healthy\n {3}├─ Pod\/web-\S+ {2}Healthy\n {3}└─ Pod\/web-\S+ {2}Healthy$/m,
  );
  expect(shown).toMatch(/└─ Pod\/api-\S+ {2}Degraded {2}keeps crashing/);
});

test('a tree shows what may be seen where one kind may not be listed, and says which one', async () => {
  await shop[Symbol.asyncDispose]();
  const kube = openKube();
  const user = 'fairlead-sees-no-pods';
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const roles = [`${rbac}/clusterroles`, `${rbac}/clusterrolebindings`] as const;
  const kinds = ['deployments', 'replicasets', 'configmaps', 'secrets', 'namespaces', 'leases'];
  await kube.post(roles[0], {
    metadata: { name: user },
    rules: [{ apiGroups: ['*'], resources: kinds, verbs: ['*'] }],
  });
  await kube.post(roles[1], {
    metadata: { name: user },
    subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { kind: 'ClusterRole', name: user, apiGroup: 'rbac.authorization.k8s.io' },
  });
  const impersonate = { user, groups: ['system:authenticated'] };
  shop = await createKubernetesBench({
    openTarget: (_config, settings) => openKubernetes(kube, { ...settings, impersonate }),
  });
  shop.commit({ 'shop/all.yaml': yaml(deployment('web', 1)) });
  await shop.settles();
  const { trees, unseen } = await shop.bench.api.tree(selector);
  expect(showTree(trees, createStyle(false)).replaceAll(shop.namespace, 'app')).toMatch(
    /^app\/Deployment\/web {2}Healthy\n└─ ReplicaSet\/web-\w+ {2}Healthy$/,
  );
  expect(unseen.join('\n')).toMatch(/cannot list resource "pods"/);
  expect(unseen.join('\n')).not.toMatch(/replicasets/);

  // Where nothing at all may be seen, that is an error and no empty tree.
  await kube.patch(`${roles[0]}/${user}`, { rules: [] });
  await shop.sees('the role is in force', async () =>
    shop.bench.api.tree(selector).then(
      () => false,
      (thrown: unknown) => (thrown as { code?: string }).code === 'kubernetes.forbidden',
    ),
  );
  for (const role of roles) await kube.delete(`${role}/${user}`);
});

test('output is that of the pods that a workload runs', async () => {
  shop.commit({ 'shop/all.yaml': yaml(deployment('web', 2), configMap('a', { a: '1' })) });
  await shop.settles();
  const stop = new AbortController();
  const lines = await Array.fromAsync(
    shop.bench.api.logs({ ...selector, resource: null, tail: 10, follow: false }, stop.signal),
  );
  expect(lines).toHaveLength(2);
  for (const { resource, line } of lines) {
    expect(resource).toBe(`${shop.namespace}/Deployment/web`);
    expect(line).toMatch(/^web-\S+ main: .*This pod is played by kwok\./);
  }
});
