import { afterEach, expect, test } from 'vitest';
import type { Manifest } from '../../src/model/resource.ts';
import { unwrap } from '../../src/model/result.ts';
import { auditEntries } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench, KubernetesBenchOptions } from '../support/kubernetes-bench.ts';
import { refuseConfigMaps } from '../support/kubernetes/admission.ts';

/** What a plan says of what is to be made: the server is asked, and makes nothing. */

let shop: KubernetesBench;

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const selector = { application: 'shop', environment: 'dev' };
const plan = () => shop.bench.api.plan({ ...selector, revision: null });
const lookingOnly = { engine: { readOnlyReason: 'only looked at' } };

async function open(options: KubernetesBenchOptions, ...objects: readonly unknown[]) {
  shop = await createKubernetesBench(options);
  await refuseConfigMaps(shop, {
    expression: '!("forbidden" in object.data)',
    message: 'no forbidden things here',
  });
  await shop.sees('the policy is in force', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe' } };
    return shop.kube
      .post(`/api/v1/namespaces/${shop.namespace}/configmaps?dryRun=All`, {
        ...body,
        data: { forbidden: '' },
      })
      .then(
        () => false,
        () => true,
      );
  });
  const commit = shop.commit({ 'shop/all.yaml': yaml(...objects) });
  await shop.sees('it was looked at', async () => {
    const runtime = shop.bench.engine.applications.get('shop@dev');
    return (
      runtime?.wanted.revision[0]?.commit === commit && !shop.bench.engine.queue.isBusy('shop@dev')
    );
  });
}

/** Dry runs of ours in the bench's namespace. */
const dryRuns = (): number =>
  auditEntries(shop.kube.record).filter(
    ({ userAgent, requestURI, objectRef }) =>
      userAgent?.startsWith('fairlead/') === true &&
      objectRef?.namespace === shop.namespace &&
      requestURI.includes('dryRun=All'),
  ).length;

test('a plan is refused for what admission will refuse, also where nobody has to agree', async () => {
  await open(lookingOnly, configMap('good', { a: '1' }), configMap('bad', { forbidden: '1' }));
  // What goes live by itself is not asked about beforehand.
  expect(dryRuns()).toBe(0);
  await expect(plan()).rejects.toMatchObject({
    code: 'kubernetes.admission-refused',
    message: expect.stringMatching(
      /ConfigMap\/bad \(shop\/all\.yaml:\d+\): .*no forbidden things here/,
    ) as string,
  });
  expect(dryRuns()).toBe(2);
  expect(await shop.live('configmaps', 'good')).toBeNull();
});

test('a plan is refused for a value that only the server knows to be wrong', async () => {
  const spec = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'no such name!' }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec };
  await open(lookingOnly, service);
  await expect(plan()).rejects.toMatchObject({
    code: 'kubernetes.invalid',
    message: expect.stringContaining('spec.ports[0].targetPort') as string,
  });
});

test('what may be taken once other things of the plan are there is a warning', async () => {
  const metadata = { name: 'worker' };
  await open(
    lookingOnly,
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { serviceAccountName: 'worker', containers: [{ name: 'a', image: 'a' }] },
    },
  );
  const { plans } = await plan();
  expect(plans[0]?.counts.create).toBe(2);
  expect(plans[0]?.warnings).toEqual([
    expect.stringMatching(
      /^as things are now, .*Pod\/worker .*serviceaccount "worker" not found; what comes before it may change that$/,
    ),
  ]);
});

test('nobody is asked to agree to what the server refuses', async () => {
  await open({ environment: { sync: 'approve' } }, configMap('bad', { forbidden: '1' }));
  await shop.sees(
    'it is refused',
    async () =>
      shop.bench.engine.applications.get('shop@dev')?.status.error?.code ===
      'kubernetes.admission-refused',
  );
  expect(shop.bench.engine.applications.get('shop@dev')?.pending.waiting).toBeNull();
  shop.commit({ 'shop/all.yaml': yaml(configMap('good', { a: '1' })) });
  await shop.settles('shop@dev', 'awaiting-approval, OutOfSync, Missing');
});

test('a namespace that is made on the way is named, and one that was there when it was agreed to is not made unasked', async () => {
  const more = (name: string) => {
    const object = configMap('a', { a: '1' });
    object.metadata.annotations = { 'argocd.argoproj.io/sync-options': 'CreateNamespace=true' };
    object.metadata.namespace = name;
    return object;
  };
  await open({ environment: { sync: 'approve' } });
  const name = `${shop.namespace}-made`;
  const path = `/api/v1/namespaces/${name}`;
  shop.commit({ 'shop/all.yaml': yaml(more(name)) });
  await shop.settles('shop@dev', 'awaiting-approval, OutOfSync, Missing');
  const { digest, plans } = await plan();
  expect(plans[0]?.prerequisites).toMatchObject([{ id: { kind: 'Namespace', name } }]);
  await shop.bench.api.approve({ digest, actor: 'ada' });
  await shop.settles();
  expect(await shop.kube.find(path)).toMatchObject({ status: { phase: 'Active' } });

  const [release] = await shop.bench.api.releases({ limit: 1 });
  expect(release?.plan.plans[0]?.prerequisites).toHaveLength(1);
  expect((await plan()).plans[0]).not.toHaveProperty('prerequisites');
  await shop.kube.delete(path);

  const target = await shop.bench.engine.world.target('cluster');
  const body = more(`${name}-not`);
  const manifest: Manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'a',
    namespace: `${name}-not`,
    body,
    origin: { file: 'a.yaml', line: 1 },
  };
  const scope = { key: { application: 'other', environment: 'dev' }, project: null };
  const [desired] = unwrap(await target.prepare([manifest], scope));
  const effect = {
    key: scope.key,
    applicationUid: 'other',
    id: desired!.id,
    uid: null,
    locator: {},
    fence: async () => {},
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    action: 'create' as const,
    desired: desired!,
  };
  await expect(target.apply(effect)).rejects.toMatchObject({ code: 'target.precondition-failed' });
  expect(await shop.kube.find(`${path}-not`)).toBeNull();
});
