import { afterEach, expect, test } from 'vitest';
import { openKube } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';
import { openKubernetes, openLine } from '../support/kubernetes-target.ts';

let shop: KubernetesBench;

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const manifest = (apiVersion: string, kind: string, name: string, spec: unknown) => ({
  apiVersion,
  kind,
  metadata: { name },
  ...(spec as object),
});
const document = (kind: string, name: string, spec: unknown) =>
  manifest('fairlead.dev/v1alpha1', kind, name, { spec });

test('a cluster that is away holds up the applications of no other', async () => {
  const kube = openKube();
  const line = await openLine(kube);
  const away = Array.from({ length: 40 }, (_, at) => `away${at}`);
  shop = await createKubernetesBench({
    openTarget: (config, settings) =>
      openKubernetes(kube, {
        ...settings,
        ...(config.name === 'away' ? { kubeconfig: line.kubeconfig } : {}),
        requestTimeout: '6s',
      }),
    documents: [
      document('Target', 'away', { kubernetes: {} }),
      document('Environment', 'far', { targets: ['away'] }),
      ...away.map((name) =>
        document('Application', name, {
          path: 'away',
          environments: ['far'],
          retry: { backoff: { initial: '200ms', max: '1s' } },
        }),
      ),
    ],
    applications: { shop: {} },
  });
  shop.commit({
    'shop/a.yaml': yaml(configMap('a', { a: '1' })),
    'away/b.yaml': yaml({
      ...configMap('b', { a: '1' }),
      metadata: { name: 'b', namespace: shop.namespace },
    }),
  });
  await shop.settles();
  line.cut();
  shop.commit({ 'away/b.yaml': yaml(configMap('c', { a: '1' })) });
  await shop.sees('all of them have noticed', async () =>
    away.every((name) => shop.bench.engine.applications.get(`${name}@far`)?.status.error !== null),
  );
  for (let round = 2; round < 6; round += 1) {
    shop.commit({ 'shop/a.yaml': yaml(configMap('a', { a: String(round) })) });
    // There are five times as many of them as places in the queue, and each would wait for its server for 6 s.
    await shop.settles();
    expect((await shop.live('configmaps', 'a')).data.a).toBe(String(round));
  }
  await line[Symbol.asyncDispose]();
});

test('a project that impersonates somebody may do what they may, and no more', async () => {
  const user = 'fairlead-tenant';
  shop = await createKubernetesBench({
    documents: [document('Project', 'tenant', { impersonate: { user } })],
    applications: { shop: { project: 'tenant' } },
  });
  const rbac = 'rbac.authorization.k8s.io';
  const path = `/apis/${rbac}/v1/namespaces/${shop.namespace}`;
  const verbs = ['get', 'list', 'create', 'patch', 'delete'];
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs }];
  await shop.kube.post(`${path}/roles`, { metadata: { name: 'tenant' }, rules });
  await shop.kube.post(`${path}/rolebindings`, {
    metadata: { name: 'tenant' },
    subjects: [{ kind: 'User', name: user, apiGroup: rbac }],
    roleRef: { kind: 'Role', name: 'tenant', apiGroup: rbac },
  });
  shop.commit({ 'shop/a.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  const service = manifest('v1', 'Service', 'b', { spec: { ports: [{ port: 80 }] } });
  shop.commit({ 'shop/b.yaml': yaml(service) });
  await shop.sees('it is refused', async () =>
    (shop.bench.engine.applications.get('shop@dev')?.status.message ?? '').includes(
      `User "${user}" cannot`,
    ),
  );
  expect(await shop.live('services', 'b')).toBeNull();
});
