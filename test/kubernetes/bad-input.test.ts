import { afterEach, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { configMap, manifest, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench, KubeBenchOptions } from '../support/kube-bench.ts';

/**
 * What people commit by mistake, and what a cluster refuses: the application says what is wrong with the name of the
 * thing, the one beside it goes on, and nothing is deleted.
 */

let at: KubeBench;

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** Opens a bench with two applications: `shop`, which gets into trouble, and `calm` beside it. */
async function open(options: KubeBenchOptions = {}): Promise<KubeBench> {
  at = await openKubeBench(options);
  at.bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop', 'calm'),
    'calm/map.yaml': configMap('calm', at.namespace, { at: 'first' }),
    'shop/kept.yaml': configMap('kept', at.namespace),
  });
  return at;
}

/** Commits to both, and gives the commit: the calm one has to arrive. */
function commit(files: Readonly<Record<string, string | null>>): string {
  return at.bench.checkout.commit({
    ...files,
    'calm/map.yaml': configMap('calm', at.namespace, { at: String(Date.now()) }),
  });
}

/** Waits until `shop` fails with this code. @returns the error in words. */
async function fails(code: string): Promise<string> {
  const view = await at.bench.application(
    'shop',
    code,
    ({ error }) => error?.code === code,
    25_000,
  );
  return view.error?.message ?? '';
}

async function started(): Promise<void> {
  await at.bench.start();
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop', 'calm');
}

test('a manifest that is not valid names its field and its file, and nothing of that commit is applied', async () => {
  await open();
  await started();
  const web = deployment('web');
  web.metadata.namespace = at.namespace;
  web.spec.replicass = 3;
  const bad = commit({
    'shop/web.yaml': manifest(web),
    'shop/more.yaml': configMap('more', at.namespace),
  });
  const message = await fails('target.manifest-invalid');
  expect(message).toContain('replicass');
  expect(message).toContain('shop/web.yaml');
  await at.bench.settled(bad, 'calm');
  expect(await at.live('configmaps/more')).toBeNull();
  expect(await at.live('configmaps/kept')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('a kind that the cluster does not have is named, and the application goes on once it has', async () => {
  await open();
  await started();
  const group = `${at.namespace}.example.com`;
  const bad = commit({
    'shop/widget.yaml': manifest({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'one', namespace: at.namespace },
      spec: { size: 3 },
    }),
  });
  expect(await fails('kubernetes.kind-missing')).toContain(`Widget of ${group}/v1`);
  await at.bench.settled(bad, 'calm');
  expect(at.deletes()).toEqual([]);

  await at.kube.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd(group));
  // It looks again by itself.
  await at.bench.settled(bad, 'shop');
  expect((await at.live(`${group}/v1/widgets/one`)).spec.size).toBe(3);
});

test('a definition and what it defines come in one commit, in whatever order their names would have them', async () => {
  await open();
  const group = `${at.namespace}.example.com`;
  const definition = crd(group);
  await started();
  const good = commit({
    // By name the object would come first.
    'shop/a-widget.yaml': manifest({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'one', namespace: at.namespace },
      spec: { size: 1 },
    }),
    'shop/z-definition.yaml': manifest(definition),
  });
  await at.bench.settled(good, 'shop', 'calm');
  expect((await at.live(`${group}/v1/widgets/one`)).spec.size).toBe(1);
});

test('a namespace that is missing is named; with CreateNamespace=true it is made', async () => {
  await open();
  await started();
  const missing = `${at.namespace}-x`;
  const bad = commit({ 'shop/there.yaml': configMap('there', missing) });
  expect(await fails('kubernetes.namespace-missing')).toContain(missing);
  await at.bench.settled(bad, 'calm');
  expect(at.deletes()).toEqual([]);

  const good = commit({
    'shop/there.yaml': configMap('there', missing).replace(
      '"metadata": {',
      '"metadata": {"annotations": {"argocd.argoproj.io/sync-options": "CreateNamespace=true"},',
    ),
  });
  await at.bench.settled(good, 'shop', 'calm');
  expect(await at.kube.find(`/api/v1/namespaces/${missing}/configmaps/there`)).not.toBeNull();
});

test('what the service account may not do is said with the words of the server, and goes live by itself once it may', async () => {
  const all = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'];
  await open({
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
  await open();
  await at.kube.post('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
    metadata: { name: at.namespace },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'] },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': at.namespace } },
      },
      validations: [
        { expression: '!("forbidden" in object.data)', message: 'no forbidden things here' },
      ],
    },
  });
  await at.kube.post('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', {
    metadata: { name: at.namespace },
    spec: { policyName: at.namespace, validationActions: ['Deny'] },
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
  await open();
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

test('a namespace that is missing is waited for, and what somebody else makes is used', async () => {
  await open();
  await started();
  const missing = `${at.namespace}-y`;
  const good = commit({ 'shop/there.yaml': configMap('there', missing) });
  expect(await fails('kubernetes.namespace-missing')).toContain(missing);
  await at.kube.post('/api/v1/namespaces', { metadata: { name: missing } });
  await at.bench.settled(good, 'shop', 'calm');
  expect(await at.kube.find(`/api/v1/namespaces/${missing}/configmaps/there`)).not.toBeNull();
});

test('in a namespace that is being deleted nothing is made, and that is said; once it is gone all is made anew', async () => {
  await open();
  await started();
  const other = await at.kube.namespace('leaving');
  await at.kube.post(`/api/v1/namespaces/${other}/configmaps`, {
    metadata: { name: 'holds-up', finalizers: ['example.com/hold'] },
  });
  await at.kube.delete(`/api/v1/namespaces/${other}`);
  const bad = commit({
    'shop/other.yaml':
      manifest({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } }) +
      configMap('there', other),
  });
  await at.bench.application(
    'shop',
    'the namespace is leaving',
    ({ error, message }) =>
      new RegExp(`${other}.*being deleted|terminat`, 'i').test(error?.message ?? message),
    25_000,
  );
  await at.bench.settled(bad, 'calm');
  await at.kube.patch(`/api/v1/namespaces/${other}/configmaps/holds-up`, {
    metadata: { finalizers: null },
  });
  await at.bench.settled(bad, 'shop');
  expect(await at.kube.find(`/api/v1/namespaces/${other}/configmaps/there`)).not.toBeNull();
});

test('an object that does not go because of a finalizer is named with it, and stays in the inventory until it is gone', async () => {
  await open({ more: ', timeouts: { apply: 3s }' });
  await started();
  commit({
    'shop/a.yaml': configMap('a', at.namespace),
    'shop/b.yaml': configMap('b', at.namespace),
    'shop/c.yaml': configMap('c', at.namespace),
    'shop/d.yaml': configMap('d', at.namespace),
    'shop/e.yaml': configMap('e', at.namespace),
  });
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');
  await at.kube.patch(at.path('configmaps/a'), { metadata: { finalizers: ['example.com/hold'] } });
  const without = commit({ 'shop/a.yaml': null });
  await at.bench.application(
    'shop',
    'it says what holds it up',
    ({ error, message }) => (error?.message ?? message).includes('example.com/hold'),
    30_000,
  );
  await at.bench.settled(without, 'calm');
  expect(await at.live('configmaps/a')).toMatchObject({
    metadata: { finalizers: ['example.com/hold'] },
  });
  await at.kube.patch(at.path('configmaps/a'), { metadata: { finalizers: null } });
  await at.bench.settled(without, 'shop');
  expect(await at.live('configmaps/a')).toBeNull();
});

test('what one application owns the other one neither changes nor deletes', async () => {
  await open();
  await started();
  const bad = commit({ 'shop/calm.yaml': configMap('calm', at.namespace, { at: 'shop' }) });
  expect(await fails('target.claim-taken')).toContain('calm');
  await at.bench.settled(bad, 'calm');
  const good = commit({ 'shop/calm.yaml': null });
  await at.bench.settled(good, 'calm');
  await at.bench.application('shop', 'good again', (view) => view.error === null);
  expect((await at.live('configmaps/calm')).data.at).not.toBe('shop');
  expect(at.deletes()).toEqual([]);
});

test('labels that somebody forged make nobody owner: what the inventory does not know is not touched', async () => {
  await open();
  await started();
  const forged = {
    metadata: {
      name: 'forged',
      labels: {
        'fairlead.dev/managed': 'true',
        'app.kubernetes.io/managed-by': 'fairlead',
        'fairlead.dev/application': 'shop',
      },
      annotations: (await at.live('configmaps/kept')).metadata.annotations ?? {},
    },
    data: { mine: 'yes' },
  };
  const made = await at.kube.post(at.path('configmaps'), forged);
  const good = commit({ 'shop/kept.yaml': configMap('kept', at.namespace, { key: 'new' }) });
  await at.bench.settled(good, 'shop', 'calm');
  const live = await at.live('configmaps/forged');
  expect(live.metadata.uid).toBe(made.metadata.uid);
  expect(live.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  expect(at.deletes()).toEqual([]);
});

test('a render that is suddenly empty deletes nothing, and half of one waits for a person', async () => {
  await open();
  commit(
    Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [
        `shop/map-${index}.yaml`,
        configMap(`map-${index}`, at.namespace),
      ]),
    ),
  );
  await started();
  const half = commit(
    Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`shop/map-${index}.yaml`, null])),
  );
  const waits = await at.bench.application('shop', 'it waits', (view) => view.waiting !== null);
  expect(waits.waiting?.reason).toMatch(/delete/);
  await at.bench.settled(half, 'calm');
  const empty = commit({
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`shop/map-${index}.yaml`, null]),
    ),
    'shop/kept.yaml': null,
    'shop/README.md': 'Nothing any more.\n',
  });
  await at.bench.application('shop', 'it fails', (view) => view.error !== null);
  await at.bench.settled(empty, 'calm');
  expect(await at.live('configmaps/map-0')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('a chart that loops, and one that explodes, fail by themselves and take nobody along', async () => {
  await open();
  await started();
  const chart = (template: string): Readonly<Record<string, string | null>> => ({
    'shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'shop/templates/all.yaml': template,
    'shop/kept.yaml': null,
    'fairlead.yaml': at
      .configuration('shop', 'calm')
      .replace('path: shop, ', 'path: shop, timeouts: {render: 3s}, '),
  });
  const loops = '{{ define "f" }}{{ include "f" . }}{{ end }}{{ include "f" . }}';
  const explodes =
    '{{ $x := "aaaaaaaaaaaaaaaa" }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}{{ $x }}';
  for (const template of [loops, explodes]) {
    const bad = commit(chart(template));
    await at.bench.application(
      'shop',
      'it fails',
      (view) => view.error !== null && /render|chart|memory|nested/i.test(view.error.message),
      60_000,
    );
    await at.bench.settled(bad, 'calm');
  }
  expect(await at.live('configmaps/kept')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('a ConfigMap of nearly 1 MB is applied, healed and changed; one beyond what the server takes is refused in words', async () => {
  await open();
  await started();
  const big = (letter: string, bytes: number): string =>
    configMap('big', at.namespace, { text: letter.repeat(bytes) });
  const good = commit({ 'shop/big.yaml': big('a', 1_000_000) });
  await at.bench.settled(good, 'shop', 'calm');
  await at.kube.patch(at.path('configmaps/big'), { data: { text: 'by hand' } });
  await at.bench.application('shop', 'drifted or healed', () => true);
  await expect
    .poll(async () => (await at.live('configmaps/big')).data.text.length, { timeout: 20_000 })
    .toBe(1_000_000);
  const bad = commit({ 'shop/big.yaml': big('b', 1_100_000) });
  await at.bench.application('shop', 'too long', ({ error }) => error !== null, 25_000);
  await at.bench.settled(bad, 'calm');
  expect((await at.live('configmaps/big')).data.text[0]).toBe('a');
  expect(at.deletes()).toEqual([]);
});

test('an object whose conversion webhook does not answer fails its own application only', async () => {
  await open();
  await started();
  const group = `${at.namespace}.example.com`;
  const definition = crd(group);
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

/** A definition of Widgets in a group of the test's own. */
function crd(group: string): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: { type: 'object', properties: { size: { type: 'integer' } } },
              },
            },
          },
        },
      ],
    },
  };
}
