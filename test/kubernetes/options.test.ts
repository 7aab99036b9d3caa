import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';
import { refuseConfigMaps } from '../support/kubernetes/admission.ts';
import { definitionOf } from '../support/kubernetes/definition.ts';

let shop: KubernetesBench;

beforeEach(async () => {
  shop = await createKubernetesBench({
    applications: {
      shop: { timeouts: { apply: '4s' }, retry: { backoff: { initial: '200ms', max: '1s' } } },
    },
  });
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const selector = { application: 'shop', environment: 'dev' };

/** With a sync option of Argo CD's. */
function option(object: KubeObject, options: string): KubeObject {
  object.metadata.annotations = { 'argocd.argoproj.io/sync-options': options };
  return object;
}

function renamed(): KubeObject {
  const object = deployment('web');
  object.spec.selector.matchLabels = { app: 'other' };
  object.spec.template.metadata.labels = { app: 'other' };
  return object;
}

/** Whose data cannot be changed, so that it is made anew. */
function fixed(data: Readonly<Record<string, string>>): KubeObject {
  return { ...option(configMap('a', data), 'Replace=true'), immutable: true };
}

/** Waits until the server would not take this. */
const isRefused = (object: KubeObject): Promise<void> =>
  shop.sees('it is refused', () =>
    shop.kube.post(`/api/v1/namespaces/${shop.namespace}/configmaps?dryRun=All`, object).then(
      () => false,
      () => true,
    ),
  );

/** Waits until the application says this about itself. */
const says = (words: string): Promise<void> =>
  shop.sees(`it says ${words}`, async () =>
    (shop.bench.engine.applications.get('shop@dev')?.status.message ?? '').includes(words),
  );

describe('a field that cannot be changed', () => {
  test('fails the plan before anything is touched, by name', async () => {
    shop.commit({ 'shop/all.yaml': yaml(deployment('web'), configMap('a', { a: '1' })) });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': yaml(renamed(), configMap('a', { a: '2' })) });
    await says('Deployment/web (shop/all.yaml:1) cannot be changed in place: spec.selector');
    expect((await shop.live('configmaps', 'a')).data).toEqual({ a: '1' });
    // What runs stays as it is, and that means looked after: it is seen, and healed.
    await shop.settles('shop@dev', 'failed, OutOfSync, Healthy');
    await shop.edit('configmaps', 'a', { data: { a: 'by hand' } });
    await shop.sees('it is healed', async () => {
      const { data } = await shop.live('configmaps', 'a');
      return (data as Record<string, unknown>)['a'] === '1';
    });
    await shop.settles('shop@dev', 'failed, OutOfSync, Healthy');
    expect(await shop.bench.api.application(selector)).toMatchObject({
      error: { code: 'plan.cannot-change' },
      live: [{ commit: expect.any(String) }],
    });
    await expect(shop.bench.api.plan({ ...selector, revision: null })).rejects.toMatchObject({
      code: 'plan.cannot-change',
    });
    shop.commit({ 'shop/all.yaml': yaml(deployment('web'), configMap('a', { a: '3' })) });
    await shop.settles();
    expect((await shop.live('configmaps', 'a')).data).toEqual({ a: '3' });
  });

  test('is changed by making the object anew where the source allows it, as the plan says', async () => {
    shop.commit({ 'shop/web.yaml': yaml(option(deployment('web'), 'Replace=true')) });
    await shop.settles();
    const before = await shop.live('apps/v1/deployments', 'web');
    shop.commit({ 'shop/web.yaml': yaml(option(renamed(), 'Replace=true')) });
    await shop.settles();
    const after = await shop.live('apps/v1/deployments', 'web');
    expect(after.spec.selector.matchLabels).toEqual({ app: 'other' });
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    const [release] = await shop.bench.api.releases({ ...selector, limit: 1 });
    expect(release?.plan.plans[0]?.changes).toMatchObject([
      { action: 'replace', uid: before.metadata.uid },
    ]);
  });

  test('is not changed by making the object anew where something else about it is wrong: what runs stays', async () => {
    shop.commit({ 'shop/web.yaml': yaml(option(deployment('web'), 'Replace=true')) });
    await shop.settles();
    const before = await shop.live('apps/v1/deployments', 'web');
    const wrong = renamed();
    wrong.spec.template.spec.containers[0].ports = [{ containerPort: 99_999_999 }];
    shop.commit({ 'shop/web.yaml': yaml(option(wrong, 'Replace=true')) });
    await says('containerPort');
    const after = await shop.live('apps/v1/deployments', 'web');
    expect(after.metadata.uid).toBe(before.metadata.uid);
  });

  test('is not changed by making the object anew where a policy would not let the new one in', async () => {
    await refuseConfigMaps(shop, {
      expression: '!has(object.data) || !("forbidden" in object.data)',
      message: 'no forbidden things here',
    });
    await isRefused(configMap('probe', { forbidden: '' }));
    shop.commit({ 'shop/a.yaml': yaml(fixed({ a: '1' })) });
    await shop.settles();
    const before = await shop.live('configmaps', 'a');
    shop.commit({ 'shop/a.yaml': yaml(fixed({ a: '2', forbidden: '1' })) });
    await says('no forbidden things here');
    expect((await shop.live('configmaps', 'a')).metadata.uid).toBe(before.metadata.uid);
    shop.commit({ 'shop/a.yaml': yaml(fixed({ a: '3' })) });
    await shop.settles();
    expect((await shop.live('configmaps', 'a')).data).toEqual({ a: '3' });
  });

  test('is changed by making the object anew where only what goes makes room for the new one', async () => {
    shop.commit({ 'shop/a.yaml': yaml(fixed({ a: '1' })) });
    await shop.settles();
    const before = await shop.live('configmaps', 'a');
    const core = `/api/v1/namespaces/${shop.namespace}`;
    const { items } = await shop.kube.get(`${core}/configmaps`);
    await shop.kube.post(`${core}/resourcequotas`, {
      metadata: { name: 'full' },
      spec: { hard: { 'count/configmaps': String(items.length) } },
    });
    await isRefused(configMap('probe', { a: '1' }));
    shop.commit({ 'shop/a.yaml': yaml(fixed({ a: '2' })) });
    await shop.settles();
    const after = await shop.live('configmaps', 'a');
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.data).toEqual({ a: '2' });
  });

  test('names them all, and what is wrong besides is not made anew but refused', async () => {
    const secret = (type: string, data: Record<string, string>): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'frozen' },
      type,
      immutable: true,
      data,
    });
    const broken = option(renamed(), 'Replace=true');
    shop.commit({
      'shop/web.yaml': yaml(option(deployment('web'), 'Replace=true')),
      'shop/secret.yaml': yaml(secret('Opaque', { a: 'YQ==' })),
    });
    await shop.settles();
    const before = await shop.live('apps/v1/deployments', 'web');
    broken.spec.template.spec.containers[0].image = '';
    shop.commit({ 'shop/web.yaml': yaml(broken) });
    await says('spec.template.spec.containers[0].image');
    const after = await shop.live('apps/v1/deployments', 'web');
    expect(after.metadata.uid).toBe(before.metadata.uid);
    shop.commit({
      'shop/web.yaml': yaml(option(deployment('web'), 'Replace=true')),
      'shop/secret.yaml': yaml(secret('example.org/other', { a: 'Yg==' })),
    });
    await says(
      'Secret/frozen (shop/secret.yaml:1) cannot be changed in place: type is immutable; data: field is immutable when `immutable` is set',
    );
  });

  test('of a RoleBinding is what it binds to', async () => {
    const binding = (role: string): KubeObject => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [],
    });
    shop.commit({ 'shop/all.yaml': yaml(binding('view')) });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': yaml(binding('edit')) });
    await says('cannot be changed in place: roleRef: cannot change roleRef');
    shop.commit({ 'shop/all.yaml': yaml(option(binding('edit'), 'Replace=true')) });
    await shop.settles();
    expect(
      (await shop.live('rbac.authorization.k8s.io/v1/rolebindings', 'reader')).roleRef.name,
    ).toBe('edit');
  });
});

describe('order', () => {
  test('a namespace, a definition and an object of its kind come in one commit', async () => {
    const name = shop.namespace.replaceAll('-', '');
    const group = `${name}.example.org`;
    const inner = `${shop.namespace}-inner`;
    const spec = { size: { type: 'integer' } };
    const definition = definitionOf({ group, kind: 'Thing', plural: 'things', spec });
    const thing = {
      apiVersion: `${group}/v1`,
      kind: 'Thing',
      metadata: { name: 'one', namespace: inner },
      spec: { size: 1 },
    };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: inner } };
    shop.commit({ 'shop/all.yaml': yaml(thing, definition, namespace) });
    await shop.settles();
    const path = `/apis/${group}/v1/namespaces/${inner}/things/one`;
    expect((await shop.kube.get(path)).spec).toEqual({ size: 1 });
    await shop.kube.patch(path, { spec: { size: 2 } });
    await shop.sees('it is healed', async () => (await shop.kube.get(path)).spec.size === 1);
    await shop.kube.delete(`/api/v1/namespaces/${inner}`);
    await shop.kube.delete(
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${group}`,
    );
  });

  test('a later wave begins when the earlier one is healthy', async () => {
    const wave = (object: KubeObject, number: string): KubeObject => {
      object.metadata.annotations = { 'argocd.argoproj.io/sync-wave': number };
      return object;
    };
    shop.commit({
      'shop/all.yaml': yaml(wave(configMap('late', { a: '1' }), '1'), wave(deployment('web'), '0')),
    });
    await shop.settles();
    const late = (await shop.live('configmaps', 'late')).metadata.creationTimestamp;
    const { conditions } = (await shop.live('apps/v1/deployments', 'web')).status;
    const available = conditions.find((one: KubeObject) => one.type === 'Available');
    expect(available.lastTransitionTime <= late).toBe(true);
  });
});

describe('a namespace that is not there', () => {
  const inMissing = (options: string): KubeObject => {
    const object = option(configMap('a', { a: '1' }), options);
    object.metadata.namespace = `${shop.namespace}-more`;
    return object;
  };

  test('is named', async () => {
    shop.commit({ 'shop/a.yaml': yaml(inMissing('')) });
    await says(`there is no namespace ${shop.namespace}-more`);
    expect(await shop.kube.find(`/api/v1/namespaces/${shop.namespace}-more`)).toBeNull();
  });

  test('is made where CreateNamespace=true says so', async () => {
    shop.commit({ 'shop/a.yaml': yaml(inMissing('CreateNamespace=true')) });
    await shop.settles();
    const made = await shop.kube.get(`/api/v1/namespaces/${shop.namespace}-more`);
    expect(made.status.phase).toBe('Active');
    await shop.kube.delete(`/api/v1/namespaces/${shop.namespace}-more`);
  });
});

describe('what leaves the source', () => {
  test('stays with Prune=false', async () => {
    const kept = option(configMap('kept', { a: '1' }), 'Prune=false');
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' }), kept) });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
    await shop.settles();
    expect((await shop.live('configmaps', 'kept')).data).toEqual({ a: '1' });
  });

  test('waits for everything else that goes with PruneLast=true', async () => {
    const last = option(configMap('z', { a: '1' }), 'PruneLast=true');
    const first = configMap('a', { a: '1' });
    const kept = configMap('kept', { a: '1' });
    shop.commit({ 'shop/all.yaml': yaml(kept, last, first) });
    await shop.settles();
    await shop.edit('configmaps', 'a', { metadata: { finalizers: ['example.org/hold'] } });
    shop.commit({ 'shop/all.yaml': yaml(kept) });
    await says('ConfigMap/a does not go');
    expect((await shop.live('configmaps', 'z')).metadata.deletionTimestamp).toBeUndefined();
    await shop.edit('configmaps', 'a', { metadata: { finalizers: null } });
    await shop.settles();
    expect(await shop.live('configmaps', 'z')).toBeNull();
    const [release] = await shop.bench.api.releases({ ...selector, limit: 1 });
    expect(release?.plan.plans[0]?.changes.map(({ id }) => id.name)).toEqual(['a', 'z']);
  });

  test('waits for a person with Prune=confirm, who agrees to that plan', async () => {
    const asking = option(configMap('asking', { a: '1' }), 'Prune=confirm');
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' }), asking) });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '2' })) });
    await says('deletes what its source wants nobody to delete unasked');
    expect((await shop.live('configmaps', 'a')).data).toEqual({ a: '1' });
    const plan = shop.bench.engine.applications.get('shop@dev')?.pending.plan;
    await shop.bench.api.approve({ digest: plan?.digest ?? '', actor: 'ann' });
    await shop.settles();
    expect(await shop.live('configmaps', 'asking')).toBeNull();
  });

  test('and has a sync option that is not followed was told so before', async () => {
    const odd = option(configMap('a', { a: '1' }), 'ServerSideApply=false');
    shop.commit({ 'shop/all.yaml': yaml(odd) });
    await shop.settles();
    const told = [
      'shop/all.yaml:1: ConfigMap/a: the sync option ServerSideApply=false is not followed. Everything is applied by server-side apply; Replace=true makes anew what cannot be changed.',
    ];
    expect((await shop.bench.api.application(selector)).warnings).toEqual(told);
    // As `fairlead validate` asks, before it is committed.
    expect((await shop.bench.api.check({ ...selector, revision: null })).warnings).toEqual(told);
  });

  test('and is held up by a finalizer is waited for, and the finalizer is named, never removed', async () => {
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' }), configMap('b', { b: '1' })) });
    await shop.settles();
    await shop.edit('configmaps', 'b', { metadata: { finalizers: ['example.org/hold'] } });
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
    await says('ConfigMap/b does not go: waits for the finalizer example.org/hold');
    expect((await shop.live('configmaps', 'b')).metadata.finalizers).toEqual(['example.org/hold']);
    await shop.edit('configmaps', 'b', { metadata: { finalizers: null } });
    await shop.settles();
    expect(await shop.live('configmaps', 'b')).toBeNull();
  });

  test('is not what somebody made by hand and labelled as ours', async () => {
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' }), configMap('b', { b: '1' })) });
    await shop.settles();
    const { labels } = (await shop.live('configmaps', 'a')).metadata;
    const forged = { ...configMap('forged', { a: '1' }), metadata: { name: 'forged', labels } };
    await shop.kube.post(`/api/v1/namespaces/${shop.namespace}/configmaps`, forged);
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '2' })) });
    await shop.settles();
    expect(await shop.live('configmaps', 'forged')).not.toBeNull();
    expect(await shop.live('configmaps', 'b')).toBeNull();
  });
});

describe('what the server will not take', () => {
  test('an unknown kind is named with its file and line', async () => {
    const odd = { apiVersion: 'example.org/v1', kind: 'Odd', metadata: { name: 'a' } };
    shop.commit({ 'shop/odd.yaml': yaml(odd) });
    await says('shop/odd.yaml:1: Odd/a: cluster has no kind Odd of example.org/v1');
    expect(shop.bench.engine.applications.get('shop@dev')?.status.error?.code).toBe(
      'kubernetes.kind-missing',
    );
  });

  test('a change that admission refuses fails while it is still a plan', async () => {
    const kinds = '/apis/admissionregistration.k8s.io/v1';
    const name = `no-two-${shop.namespace}`;
    const rule = {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['UPDATE'],
      resources: ['configmaps'],
    };
    await shop.kube.post(`${kinds}/validatingadmissionpolicies`, {
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'object.data.a != "2"', message: 'two is not allowed' }],
      },
    });
    const inNamespace = { matchLabels: { 'kubernetes.io/metadata.name': shop.namespace } };
    await shop.kube.post(`${kinds}/validatingadmissionpolicybindings`, {
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: inNamespace },
      },
    });
    try {
      shop.commit({
        'shop/all.yaml': yaml(configMap('a', { a: '1' }), configMap('b', { a: '1' })),
      });
      await shop.settles();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      shop.commit({
        'shop/all.yaml': yaml(configMap('a', { a: '2' }), configMap('b', { a: '3' })),
      });
      await says('two is not allowed');
      expect((await shop.live('configmaps', 'b')).data.a).toBe('1');
    } finally {
      await shop.kube.delete(`${kinds}/validatingadmissionpolicybindings/${name}`);
      await shop.kube.delete(`${kinds}/validatingadmissionpolicies/${name}`);
    }
  });
});
