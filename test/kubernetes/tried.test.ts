import { afterEach, expect, test } from 'vitest';
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
    return runtime?.wanted[0]?.commit === commit && !shop.bench.engine.queue.isBusy('shop@dev');
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
      shop.bench.engine.applications.get('shop@dev')?.error?.code ===
      'kubernetes.admission-refused',
  );
  expect(shop.bench.engine.applications.get('shop@dev')?.waiting).toBeNull();
  shop.commit({ 'shop/all.yaml': yaml(configMap('good', { a: '1' })) });
  await shop.settles('shop@dev', 'awaiting-approval, OutOfSync, Missing');
});
