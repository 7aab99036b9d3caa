import { afterEach, expect, test } from 'vitest';
import { openKube } from '../support/cluster.ts';
import { quickClock } from '../support/kubernetes/connect.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';
import { openKubernetes, openLine } from '../support/kubernetes-target.ts';
import type { Line } from '../support/kubernetes-target.ts';

/** Where watching tells nothing, nobody may believe that all is well (invariant 11). The minutes of it are seconds here. */

let shop: KubernetesBench;
let line: Line | null = null;

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
  await line?.[Symbol.asyncDispose]();
  line = null;
});

const clock = quickClock(6);
const application = { retry: { backoff: { initial: '1h', max: '1h' } } };
const runtime = () => shop.bench.engine.applications.get('shop@dev')!;

test('invariant 11: while a cluster is away its applications are Unknown, and as they are once it is back', async () => {
  const kube = openKube();
  line = await openLine(kube);
  const { kubeconfig } = line;
  shop = await createKubernetesBench({
    applications: { shop: application },
    openTarget: (_config, settings) =>
      openKubernetes(kube, { ...settings, kubeconfig }, () => {}, clock),
  });
  shop.commit({ 'shop/a.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  line.cut();
  await shop.edit('configmaps', 'a', { data: { a: 'by hand' } });
  await shop.sees('it is Unknown', async () => runtime().seen.sync === 'Unknown', 60_000);
  expect(runtime().status.error).toMatchObject({ code: 'kubernetes.unavailable' });

  line.mend();
  // Its own next try is an hour away.
  await shop.settles('shop@dev', 'synced, Synced, Healthy', 60_000);
  expect((await shop.live('configmaps', 'a')).data.a).toBe('1');
});

test('what may not be watched is looked at now and then, and that is said until it may be', async () => {
  const kube = openKube();
  const user = 'fairlead-may-not-watch';
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const allow = (resources: readonly string[], verbs: readonly string[]) => ({
    apiGroups: ['*'],
    resources,
    verbs,
  });
  const most = ['get', 'list', 'create', 'update', 'patch', 'delete'];
  const rules = [allow(['*'], most), allow(['secrets'], ['watch'])];
  await kube.post(`${rbac}/clusterroles`, { metadata: { name: user }, rules });
  await kube.post(`${rbac}/clusterrolebindings`, {
    metadata: { name: user },
    subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { kind: 'ClusterRole', name: user, apiGroup: 'rbac.authorization.k8s.io' },
  });
  shop = await createKubernetesBench({
    openTarget: (_config, settings) =>
      openKubernetes(
        kube,
        { ...settings, impersonate: { user, groups: ['system:authenticated'] } },
        () => {},
        clock,
      ),
  });
  shop.commit({ 'shop/a.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  await shop.sees('it is said', async () => runtime().seen.warnings.length > 0, 60_000);
  expect(runtime().seen.warnings.join()).toMatch(
    /changes of configmaps .*forbidden.* every 3 minutes/,
  );
  await shop.edit('configmaps', 'a', { data: { a: 'by hand' } });
  await shop.sees(
    'it is healed',
    async () => (await shop.live('configmaps', 'a')).data.a === '1',
    90_000,
  );

  await kube.patch(`${rbac}/clusterroles/${user}`, { rules: [allow(['*'], ['*'])] });
  await shop.sees(
    'nothing is left to say',
    async () => runtime().seen.warnings.length === 0,
    90_000,
  );
  await kube.delete(`${rbac}/clusterroles/${user}`);
  await kube.delete(`${rbac}/clusterrolebindings/${user}`);
});
