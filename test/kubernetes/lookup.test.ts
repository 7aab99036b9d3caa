import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Lookup } from '../../src/model/cluster.ts';
import type { ProjectConfig } from '../../src/model/config.ts';
import { createTestSandbox, testSeed } from '../../src/render/sandbox/sandbox.testing.ts';
import type { Target } from '../../src/targets/target.ts';
import { openKube } from '../support/cluster.ts';
import type { Kube } from '../support/cluster.ts';
import { configMap, createKubernetesBench } from '../support/kubernetes-bench.ts';
import { openKubernetes } from '../support/kubernetes-target.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

describe('what templates look up', () => {
  let kube: Kube;
  let namespace: string;
  let records: string;
  let target: Target;

  beforeEach(async () => {
    kube = openKube();
    namespace = await kube.namespace('looked');
    records = await kube.namespace('records');
    target = await openKubernetes(kube, { namespace: records });
    await kube.post(`/api/v1/namespaces/${namespace}/configmaps`, configMap('map', { a: '1' }));
    await kube.post(`/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: 'key' },
      stringData: { a: '1' },
    });
  });

  afterEach(async () => {
    await target.close();
    await kube.delete(`/api/v1/namespaces/${namespace}`);
    await kube.delete(`/api/v1/namespaces/${records}`);
  });

  const project = (parts: Partial<ProjectConfig>): ProjectConfig => ({
    name: 'team',
    sources: [],
    targets: [],
    kinds: [],
    hostPaths: [],
    namespaces: [],
    origin: { file: 'fairlead.yaml' },
    ...parts,
  });

  const look = async (lookup: Partial<Lookup>, as: ProjectConfig | null = null) => {
    const key = { application: 'shop', environment: 'dev' };
    const whole = { apiVersion: 'v1', kind: 'ConfigMap', namespace, ...lookup };
    return await target.lookUp?.(whole, { key, project: as });
  };

  test('is the live object, or a list, without what only says who wrote it', async () => {
    const found = await look({ name: 'map' });
    expect(found).toMatchObject({
      kind: 'found',
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: { a: '1' } },
    });
    expect(JSON.stringify(found)).not.toContain('managedFields');
    const list = await look({});
    expect(list).toMatchObject({ kind: 'found', object: { kind: 'ConfigMapList' } });
    expect(JSON.stringify(list)).toContain('"name":"map"');
  });

  test('is nothing where there is no such object, namespace or kind', async () => {
    const nothing = { kind: 'found', object: null };
    expect(await look({ name: 'other' })).toEqual(nothing);
    expect(await look({ name: 'map', namespace: `${namespace}-not` })).toEqual(nothing);
    expect(await look({ apiVersion: 'example.org/v1', kind: 'Thing' })).toEqual(nothing);
  });

  test('is a Secret only for a project that names Secrets', async () => {
    const secret = { kind: 'Secret', name: 'key' };
    const refused = { kind: 'refused', reason: 'project team does not name Secret in its kinds' };
    expect(await look(secret, project({}))).toEqual(refused);
    expect(await look(secret, project({ kinds: ['ConfigMap'] }))).toEqual(refused);
    expect(await look(secret)).toMatchObject({ kind: 'refused' });
    expect(await look(secret, project({ kinds: ['Secret'] }))).toMatchObject({
      object: { data: { a: 'MQ==' } },
    });
  });

  test('stays within the namespaces of the project', async () => {
    const own = project({ namespaces: [namespace] });
    expect(await look({ name: 'map' }, own)).toMatchObject({ kind: 'found' });
    const others = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
    expect(await look(others, own)).toEqual({
      kind: 'refused',
      reason: 'project team may not use namespace kube-system',
    });
    const { namespace: _own, ...everywhere } = { namespace };
    expect(await look({ ...everywhere, namespace: '' }, own)).toMatchObject({ kind: 'refused' });
    const node = { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: namespace };
    expect(await look(node, own)).toMatchObject({ kind: 'refused' });
    const named = project({ namespaces: [namespace], kinds: ['Namespace'] });
    expect(await look(node, named)).toMatchObject({ object: { metadata: { name: namespace } } });
  });

  test('is what the cluster lets the identity of the project see', async () => {
    const user = `system:serviceaccount:${namespace}:default`;
    const weak = project({ impersonate: { user, groups: [] } });
    await expect(look({ name: 'map' }, weak)).rejects.toMatchObject({
      code: 'kubernetes.forbidden',
    });
  });

  test('and the version and kinds of the cluster are those that it serves', async () => {
    const { gitVersion } = await kube.get('/version');
    const told = await target.capabilities?.();
    expect(told?.kubeVersion).toBe(gitVersion);
    expect(told?.apiVersions).toEqual(
      expect.arrayContaining(['v1', 'apps/v1', 'apps/v1/Deployment', 'batch/v1/Job']),
    );
    expect(told?.apiVersions).toEqual(told?.apiVersions.toSorted());
  });
});

test('a chart is made from what is live, and made anew when that changes', async () => {
  await using shop = await createKubernetesBench({ engines: { sandbox, seedOf: testSeed } });
  const settings = configMap('settings', { color: 'blue' });
  await shop.kube.post(`/api/v1/namespaces/${shop.namespace}/configmaps`, settings);
  const { gitVersion } = await shop.kube.get('/version');
  shop.commit({
    'shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'shop/templates/a.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  color: {{ (lookup "v1" "ConfigMap" .Release.Namespace "settings").data.color }}
  version: {{ .Capabilities.KubeVersion.Version }}
  jobs: {{ .Capabilities.APIVersions.Has "batch/v1/Job" | quote }}
`,
  });
  await shop.settles();
  const data = async () => (await shop.live('configmaps', 'a')).data;
  expect(await data()).toEqual({ color: 'blue', version: gitVersion, jobs: 'true' });
  await shop.edit('configmaps', 'settings', { data: { color: 'red' } });
  await shop.bench.look('shop@dev');
  await shop.settles();
  expect((await data()).color).toBe('red');
});
