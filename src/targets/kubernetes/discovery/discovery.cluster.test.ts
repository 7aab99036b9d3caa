import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openKube } from '../../../../test/support/cluster.ts';
import type { Kube } from '../../../../test/support/cluster.ts';
import {
  connect,
  quickClock,
  writeKubeconfig,
} from '../../../../test/support/kubernetes/connect.ts';
import { openFront } from '../../../../test/support/kubernetes/front.ts';
import type { Front } from '../../../../test/support/kubernetes/front.ts';
import { until } from '../../../../test/support/program.ts';
import type { Cluster } from '../connect.ts';

let kube: Kube;
let folder: string;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  kube = openKube();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-discovery-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

async function open(factor = 1): Promise<{ readonly front: Front; readonly cluster: Cluster }> {
  const front = await openFront();
  closing.push(() => front.close());
  const kubeconfig = writeKubeconfig(folder, {
    cluster: { server: front.url, 'certificate-authority-data': front.authority },
  });
  const cluster = await connect({ settings: { kubeconfig }, clock: quickClock(factor) });
  closing.push(() => cluster.close());
  return { front, cluster };
}

/** Kinds of the server itself: other files define kinds of their own on the same server, at any moment. */
const ofTheServer = <T extends { readonly group: string }>(types: readonly T[]): readonly T[] =>
  types.filter(
    ({ group }) =>
      ['', 'apps', 'autoscaling', 'batch', 'policy'].includes(group) ||
      /^(?:networking|rbac\.authorization|scheduling|storage)\.k8s\.io$/.test(group),
  );

const asked = (front: Front): readonly string[] =>
  front.asked
    .map(({ path }) => path)
    .filter((path) => /^\/apis?(?:\/[^/]+)*$/.test(path) && !path.includes('namespaces'));

const definition = (group: string, kind: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  spec: {
    group,
    scope: 'Cluster',
    names: { kind, plural: `${kind.toLowerCase()}s` },
    versions: ['v1', 'v1beta1'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: { type: 'object' } },
    })),
  },
});

describe('discovery', () => {
  test('knows all kinds after two requests', async () => {
    const { front, cluster } = await open();
    const { discovery } = cluster;
    expect(await discovery.resolve('apps/v1', 'Deployment')).toMatchObject({
      group: 'apps',
      version: 'v1',
      plural: 'deployments',
      namespaced: true,
      subresources: ['scale', 'status'],
    });
    expect(await discovery.resolve('v1', 'Namespace')).toMatchObject({ namespaced: false });
    expect(await discovery.find('autoscaling', 'HorizontalPodAutoscaler')).toMatchObject({
      version: 'v2',
    });
    expect(await discovery.resolve('autoscaling/v1', 'HorizontalPodAutoscaler')).toMatchObject({
      version: 'v1',
    });
    expect((await discovery.resolve('v1', 'Pod'))?.subresources).toContain('log');
    expect(await discovery.apiVersions()).toEqual(
      expect.arrayContaining(['v1', 'apps/v1', 'apps/v1/Deployment', 'v1/Pod']),
    );
    expect(asked(front).toSorted()).toEqual(['/api', '/apis']);
    const { gitVersion } = await kube.get('/version');
    expect(await discovery.serverVersion()).toBe(gitVersion);
  });

  test('asks anew for what it does not know, once in a while, or when it is told to', async () => {
    const { front, cluster } = await open();
    const { discovery } = cluster;
    const group = `a${Date.now().toString(36)}.example.com`;
    expect(await discovery.resolve(`${group}/v1`, 'Widget')).toBeNull();
    expect(await discovery.resolve(`${group}/v1`, 'Widget')).toBeNull();
    expect(asked(front)).toHaveLength(2);
    await kube.post(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      definition(group, 'Widget'),
    );
    closing.push(() =>
      kube.delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.${group}`),
    );
    await until('the kind is served', async () => {
      discovery.refresh();
      return (await discovery.resolve(`${group}/v1`, 'Widget')) !== null;
    });
    expect(await discovery.find(group, 'Widget')).toMatchObject({
      version: 'v1',
      plural: 'widgets',
    });
  });

  test('asks anew soon after a version that it knows was not there', async () => {
    const { cluster } = await open(5);
    const { client, discovery } = cluster;
    const group = `b${Date.now().toString(36)}.example.com`;
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const made = definition(group, 'Widget');
    await kube.post(path, made);
    closing.push(() => kube.delete(`${path}/widgets.${group}`));
    let type = await discovery.resolve(`${group}/v1beta1`, 'Widget');
    await until('the kind is served', async () => {
      discovery.refresh();
      type = await discovery.resolve(`${group}/v1beta1`, 'Widget');
      return type !== null;
    });
    const versions = made.spec.versions.map((one) => ({ ...one, served: one.name === 'v1' }));
    await kube.patch(`${path}/widgets.${group}`, { spec: { versions } });
    const codes = new Set<unknown>();
    await until('it is not told of any more', async () => {
      const code = await client.get(type!, { namespace: '', name: 'any' }).then(
        (found) => found,
        (thrown: { readonly code?: unknown }) => thrown.code,
      );
      codes.add(code);
      return (await discovery.resolve(`${group}/v1beta1`, 'Widget')) === null;
    });
    // What is not served is no object that is not there.
    expect(codes).toContain('kubernetes.kind-gone');
    expect(await discovery.find(group, 'Widget')).toMatchObject({ version: 'v1' });
  });

  test('says of a group whose API does not answer that it is not known, and of others all', async () => {
    const name = `v1.b${Date.now().toString(36)}.example.com`;
    const group = name.slice(3);
    await kube.post('/apis/apiregistration.k8s.io/v1/apiservices', {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      spec: {
        group,
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { namespace: 'default', name: 'nobody' },
      },
    });
    closing.push(() => kube.delete(`/apis/apiregistration.k8s.io/v1/apiservices/${name}`));
    const { cluster } = await open();
    const { discovery } = cluster;
    await until('it is seen', async () => {
      discovery.refresh();
      return (await discovery.unavailable()).includes(`${group}/v1`);
    });
    await expect(discovery.resolve(`${group}/v1`, 'Thing')).rejects.toMatchObject({
      code: 'kubernetes.group-unavailable',
      class: 'transient',
    });
    expect(await discovery.resolve('apps/v1', 'Deployment')).not.toBeNull();
    expect(await discovery.resolve('nobody.example.com/v1', 'Thing')).toBeNull();
  });

  test('of an older server asks for each group by itself, and finds the same', async () => {
    const { front, cluster } = await open();
    const modern = ofTheServer(await cluster.discovery.all());
    const old = await open(10);
    // An older server answers as if it had not been asked for the new form.
    const plain = new Map(
      await Promise.all(
        ['/api', '/apis'].map(async (path) => [path, await kube.get(path)] as const),
      ),
    );
    let brokenLeft = 1;
    old.front.rule(({ path }) => {
      const body: unknown = plain.get(path);
      if (body !== undefined) return { status: 200, body };
      return path === '/apis/batch/v1' && brokenLeft-- > 0
        ? { status: 404, body: '404 page not found' }
        : 'pass';
    });
    const names = (types: readonly { readonly group: string; readonly kind: string }[]) =>
      types.map(({ group, kind }) => `${group}/${kind}`).toSorted();
    const found = ofTheServer(await old.cluster.discovery.all());
    expect(names(found)).toEqual(names(modern).filter((type) => !type.startsWith('batch/')));
    old.cluster.discovery.refresh();
    const again = ofTheServer(await old.cluster.discovery.all());
    expect(names(again)).toEqual(names(modern));
    for (const type of modern)
      expect(again).toContainEqual({
        ...type,
        verbs: expect.arrayContaining([...type.verbs]) as unknown,
        subresources: expect.arrayContaining([...type.subresources]) as unknown,
      });
    expect(asked(front)).toHaveLength(2);
  });

  test('goes on with what it knows while the server does not answer', async () => {
    const { front, cluster } = await open(100);
    const { discovery } = cluster;
    expect(await discovery.resolve('apps/v1', 'Deployment')).not.toBeNull();
    front.rule(() => ({ status: 503 }));
    discovery.refresh();
    expect(await discovery.resolve('apps/v1', 'Deployment')).not.toBeNull();
    // What it does not know may be there.
    await expect(discovery.resolve('new.example.com/v1', 'Thing')).rejects.toMatchObject({
      code: 'kubernetes.unavailable',
    });
  });

  test('believes only a server that is ready that it has no such kind', async () => {
    const { front, cluster } = await open(100);
    const { discovery } = cluster;
    const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items: [] };
    let isReady = false;
    front.rule(({ path }) => {
      if (path === '/apis') return { status: 200, body: list };
      const body = '[+]ping ok\n[-]poststarthook/crd-informer-synced failed: reason withheld\n';
      return path === '/readyz' ? { status: isReady ? 200 : 500, body } : 'pass';
    });
    await expect(discovery.resolve('apps/v1', 'Deployment')).rejects.toMatchObject({
      code: 'kubernetes.not-ready',
      message: expect.stringContaining('poststarthook/crd-informer-synced') as string,
    });
    await expect(discovery.apiVersions()).rejects.toMatchObject({ code: 'kubernetes.not-ready' });
    front.rule(() => 'pass');
    expect(await discovery.resolve('apps/v1', 'Deployment')).not.toBeNull();
    // The same from a server that was whole before: what is known stays so.
    front.rule(({ path }) =>
      path === '/apis'
        ? { status: 200, body: list }
        : path === '/readyz'
          ? { status: isReady ? 200 : 500, body: '' }
          : 'pass',
    );
    discovery.refresh();
    expect(await discovery.resolve('apps/v1', 'Deployment')).not.toBeNull();
    isReady = true;
    discovery.refresh();
    expect(await discovery.resolve('apps/v1', 'Deployment')).toBeNull();
  });

  test('takes a page of something else for no list without kinds', async () => {
    const { front, cluster } = await open(100);
    const { discovery } = cluster;
    front.rule(({ path }) =>
      path === '/api' || path === '/apis'
        ? { status: 200, body: '<html>back soon</html>' }
        : 'pass',
    );
    await expect(discovery.resolve('v1', 'ConfigMap')).rejects.toMatchObject({
      code: 'kubernetes.answer-invalid',
    });
  });
});
