import { afterEach, describe, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

let shop: KubernetesBench;

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

/** As people write it: the server stores `1000m` as `1`. */
function web(): KubeObject {
  const object = deployment('web', 1);
  object.metadata.labels = { app: 'web' };
  object.spec.template.spec.containers[0].resources = { limits: { cpu: '1000m' } };
  return object;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** How each tool leaves an object behind: its field manager, its way of writing, its marks. */
const tools: readonly {
  readonly tool: string;
  readonly manager: string;
  readonly marks: { labels?: Record<string, string>; annotations?: Record<string, string> };
  readonly serverSide: boolean;
}[] = [
  {
    tool: 'kubectl',
    manager: 'kubectl-client-side-apply',
    marks: { annotations: { [lastApplied]: JSON.stringify(web()) } },
    serverSide: false,
  },
  {
    tool: 'Helm',
    manager: 'helm',
    marks: {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'web' },
    },
    serverSide: false,
  },
  {
    tool: 'Argo CD',
    manager: 'argocd-controller',
    marks: {
      annotations: {
        'argocd.argoproj.io/tracking-id': 'web:apps/Deployment:shop/web',
        [lastApplied]: JSON.stringify(web()),
      },
    },
    serverSide: false,
  },
  {
    tool: 'Flux',
    manager: 'kustomize-controller',
    marks: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'web' } },
    serverSide: true,
  },
];

async function leave(
  { manager, marks, serverSide }: (typeof tools)[number],
  object: KubeObject,
): Promise<void> {
  const { metadata } = object;
  const body = {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...marks.labels },
      annotations: { ...metadata.annotations, ...marks.annotations },
    },
  };
  const path = `/apis/apps/v1/namespaces/${shop.namespace}/deployments`;
  const { status } = serverSide
    ? await shop.kube.ask(
        'PATCH',
        `${path}/${metadata.name}?fieldManager=${manager}`,
        body,
        'application/apply-patch+yaml',
      )
    : await shop.kube.ask('POST', `${path}?fieldManager=${manager}`, body);
  expect(status).toBeLessThan(300);
}

const selector = { application: 'shop', environment: 'dev' };

describe('what is there already', () => {
  test.each(tools)(
    'applied by $tool is adopted as it is: shown first, nothing restarts, and what leaves the source goes',
    async (tool) => {
      shop = await createKubernetesBench({ environment: { sync: 'manual' } });
      await leave(tool, web());
      const ready = async (): Promise<boolean> =>
        (await shop.live('apps/v1/deployments', 'web')).status?.availableReplicas === 1;
      await shop.sees('it runs', ready);
      const before = await shop.live('apps/v1/deployments', 'web');
      shop.commit({ 'shop/web.yaml': yaml(web()) });
      await shop.settles('shop@dev', 'out-of-sync, Synced, Healthy');

      const plan = await shop.bench.api.plan({ ...selector, revision: null });
      expect(plan.plans[0]?.changes).toMatchObject([
        { action: 'adopt', diff: [], uid: before.metadata.uid },
      ]);
      expect(plan.plans[0]?.guards).toEqual([]);
      expect((await shop.live('apps/v1/deployments', 'web')).metadata.managedFields).toEqual(
        before.metadata.managedFields,
      );

      const order = { ...selector, actor: 'ada', reason: 'take over', retryQuarantined: false };
      expect(await shop.bench.api.sync({ ...order, approve: plan.digest })).toMatchObject({
        kind: 'released',
        release: { error: null },
      });
      const after = await shop.live('apps/v1/deployments', 'web');
      expect(after.metadata.uid).toBe(before.metadata.uid);
      expect(after.metadata.generation).toBe(before.metadata.generation);
      expect(after.spec).toEqual(before.spec);
      const managers = after.metadata.managedFields
        .filter((entry: KubeObject) => entry.subresource === undefined)
        .map((entry: KubeObject) => entry.manager);
      expect(managers).toContain('fairlead');
      expect(managers).not.toContain(tool.manager);
      expect(after.metadata.annotations).toEqual(before.metadata.annotations);
      expect(after.metadata.labels).toMatchObject({ ...tool.marks.labels, app: 'web' });

      const slim = web();
      delete slim.spec.template.spec.containers[0].resources;
      shop.commit({ 'shop/web.yaml': yaml(slim) });
      await shop.settles('shop@dev', 'out-of-sync, OutOfSync, Healthy');
      const slimmer = await shop.bench.api.plan({ ...selector, revision: null });
      await shop.bench.api.sync({ ...order, approve: slimmer.digest });
      const { spec } = await shop.live('apps/v1/deployments', 'web');
      expect(spec.template.spec.containers[0].resources).toEqual({});
    },
  );

  test('and differs waits for a person, who sees what is taken from whom', async () => {
    shop = await createKubernetesBench();
    const other = web();
    other.spec.replicas = 2;
    await leave(tools[0]!, other);
    shop.commit({ 'shop/web.yaml': yaml(web()) });
    await shop.settles('shop@dev', 'awaiting-approval, OutOfSync, Healthy');
    const { plan, waiting } = await shop.bench.api.application(selector);
    expect(plan?.plans[0]?.changes).toMatchObject([
      {
        action: 'update',
        diff: [{ path: 'spec.replicas', from: 2, to: 1, heldBy: 'kubectl-client-side-apply' }],
        takesOver: ['spec.replicas'],
      },
    ]);
    expect(waiting?.reason).toContain('spec.replicas from kubectl-client-side-apply');
    await shop.bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
    await shop.settles();
    expect((await shop.live('apps/v1/deployments', 'web')).spec.replicas).toBe(1);
  });
});

describe('a field that somebody else keeps', () => {
  test('is not taken silently when the source begins to name it', async () => {
    shop = await createKubernetesBench();
    shop.commit({ 'shop/a.yaml': yaml(configMap('a', { ours: '1' })) });
    await shop.settles();
    await shop.edit('configmaps', 'a', { data: { theirs: 'by somebody' } });
    shop.commit({ 'shop/a.yaml': yaml(configMap('a', { ours: '1', theirs: '2' })) });
    await shop.settles('shop@dev', 'awaiting-approval, OutOfSync, Healthy');
    expect((await shop.live('configmaps', 'a')).data.theirs).toBe('by somebody');
    const { waiting } = await shop.bench.api.application(selector);
    expect(waiting?.reason).toContain('data.theirs from ');
    await shop.bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
    await shop.settles();
    expect((await shop.live('configmaps', 'a')).data.theirs).toBe('2');
  });

  test('is taken where the source says Force=true', async () => {
    shop = await createKubernetesBench();
    shop.commit({ 'shop/a.yaml': yaml(configMap('a', { ours: '1' })) });
    await shop.settles();
    await shop.edit('configmaps', 'a', { data: { theirs: 'by somebody' } });
    const forced = configMap('a', { ours: '1', theirs: '2' });
    forced.metadata.annotations = { 'argocd.argoproj.io/sync-options': 'Force=true' };
    shop.commit({ 'shop/a.yaml': yaml(forced) });
    await shop.settles();
    expect((await shop.live('configmaps', 'a')).data.theirs).toBe('2');
  });
});
