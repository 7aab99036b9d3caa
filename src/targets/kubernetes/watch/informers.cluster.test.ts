import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { openKube } from '../../../../test/support/cluster.ts';
import type { Kube, KubeObject } from '../../../../test/support/cluster.ts';
import {
  connect,
  quickClock,
  writeKubeconfig,
} from '../../../../test/support/kubernetes/connect.ts';
import { openFront } from '../../../../test/support/kubernetes/front.ts';
import type { Front } from '../../../../test/support/kubernetes/front.ts';
import { openWire } from '../../../../test/support/kubernetes/wire.ts';
import { until } from '../../../../test/support/program.ts';
import type { Cluster } from '../connect.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Informer, InformerEvent } from './informers.ts';

interface Extra {
  readonly data: string;
}

let kube: Kube;
let folder: string;
let label: string;
let namespace: string;
let configMaps: ResourceType;
let made = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  kube = openKube();
});

beforeEach(async () => {
  made += 1;
  // Each test sees its own objects alone, though all kinds are watched in the whole cluster.
  label = `test.example/${process.pid.toString(36)}-${Date.now().toString(36)}-${made}`;
  namespace = await kube.namespace('informer');
  folder = mkdtempSync(join(tmpdir(), 'fairlead-informer-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

interface Watched {
  readonly cluster: Cluster;
  readonly informer: Informer<Extra>;
  /** `set a 1`, `gone a`, `synced`, `interrupted`, in order. */
  readonly told: string[];
}

async function watch(
  cluster: Cluster,
  options: { readonly namespaces?: readonly string[] } = {},
): Promise<Watched> {
  closing.push(() => cluster.close());
  configMaps = (await cluster.discovery.resolve('v1', 'ConfigMap'))!;
  const informers = cluster.informers<Extra>({
    labelSelector: `${label}=yes`,
    namespaces: options.namespaces ?? null,
    trim: (_, object) => {
      const a = (object as KubeObject).data?.a;
      if (a === 'poison') throw new Error('cannot be judged');
      return { data: String(a) };
    },
    ownedDigest: (_, __, { data }) => `digest of ${data}`,
  });
  const told: string[] = [];
  informers.subscribe((event) => told.push(show(event)));
  return { cluster, informer: informers.use(configMaps), told };
}

function show(event: InformerEvent<Extra>): string {
  switch (event.kind) {
    case 'set':
      return `set ${event.now.name} ${event.now.extra.data}`;
    case 'gone':
      return `gone ${event.before.name}`;
    case 'synced':
    case 'interrupted':
      return event.kind;
  }
}

const path = (name = ''): string =>
  `/api/v1/namespaces/${namespace}/configmaps${name && `/${name}`}`;
const make = (name: string, a = '1', own = true): Promise<KubeObject> =>
  kube.post(path(), { metadata: { name, labels: own ? { [label]: 'yes' } : {} }, data: { a } });
const change = (name: string, a: string): Promise<KubeObject> =>
  kube.patch(path(name), { data: { a } });

async function overFront(factor = 1): Promise<{ front: Front; cluster: Cluster }> {
  const front = await openFront();
  closing.push(() => front.close());
  const kubeconfig = writeKubeconfig(folder, {
    cluster: { server: front.url, 'certificate-authority-data': front.authority },
  });
  return {
    front,
    cluster: await connect({ settings: { kubeconfig }, clock: quickClock(factor) }),
  };
}

async function overWire(factor: number) {
  const { url, kubeconfig } = inject('cluster');
  const wire = await openWire(url);
  closing.push(() => wire.close());
  const config: KubeObject = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const changed = writeKubeconfig(folder, {
    cluster: { ...config.clusters[0].cluster, server: `https://127.0.0.1:${wire.port}` },
    user: config.users[0].user,
  });
  const settings = { kubeconfig: changed };
  return { wire, cluster: await connect({ settings, clock: quickClock(factor) }) };
}

/** Watches of this test that were begun: what they went on from. */
function begun(front: Front): readonly (string | null)[] {
  return front.asked
    .map(({ path: asked }) => new URL(asked, 'https://server').searchParams)
    .filter((query) => query.get('labelSelector') === `${label}=yes` && query.has('watch'))
    .map((query) => query.get('resourceVersion'));
}

describe('an informer', () => {
  test('knows what is there, and what becomes of it', async () => {
    await make('old');
    await make('foreign', '1', false);
    const { informer, told, cluster } = await watch(await connect());
    await informer.synced();
    expect(informer.isSynced()).toBe(true);
    expect(informer.get({ namespace, name: 'old' })).toMatchObject({
      namespace,
      name: 'old',
      ownedDigest: 'digest of 1',
      isDeleting: false,
      extra: { data: '1' },
    });
    expect(informer.get({ namespace, name: 'foreign' })).toBeNull();
    await make('new');
    await change('new', '2');
    await kube.delete(path('old'));
    await until('all is told', async () => told.includes('gone old'));
    expect(told).toEqual(['set old 1', 'synced', 'set new 1', 'set new 2', 'gone old']);
    expect([...informer.all()].map(({ name }) => name)).toEqual(['new']);
    expect(informer.get({ namespace, name: 'new' })?.uid).toBe(
      (await cluster.client.get(configMaps, { namespace, name: 'new' }))?.metadata.uid,
    );
  });

  test('tells an object as gone whose label was taken off, though it is there', async () => {
    const { informer, told, cluster } = await watch(await connect());
    await informer.synced();
    await make('unlabelled');
    await kube.patch(path('unlabelled'), { metadata: { labels: { [label]: null } } });
    await until('it is told', async () => told.includes('gone unlabelled'));
    expect(await cluster.client.get(configMaps, { namespace, name: 'unlabelled' })).not.toBeNull();
    await kube.patch(path('unlabelled'), { metadata: { labels: { [label]: 'yes' } } });
    await until('it is back', async () => informer.get({ namespace, name: 'unlabelled' }) !== null);
  });

  test('leaves out what cannot be judged, and goes on with the others', async () => {
    await make('poisoned', 'poison');
    const { informer, told } = await watch(await connect());
    await informer.synced();
    await make('sound');
    await until('it is told', async () => told.includes('set sound 1'));
    expect(informer.get({ namespace, name: 'poisoned' })).toBeNull();
    await change('sound', 'poison');
    await until('it is left out', async () => informer.get({ namespace, name: 'sound' }) === null);
    await change('poisoned', '2');
    await until('it is told', async () => told.includes('set poisoned 2'));
    expect(told).not.toContain('interrupted');
  });

  test('of some namespaces alone watches each of them', async () => {
    const [one, two] = [await kube.namespace('one'), await kube.namespace('two')];
    const { informer } = await watch(await connect(), { namespaces: [one, two] });
    await informer.synced();
    for (const own of [one, two, namespace])
      await kube.post(`/api/v1/namespaces/${own}/configmaps`, {
        metadata: { name: 'a', labels: { [label]: 'yes' } },
      });
    await until('both are known', async () => [...informer.all()].length === 2);
    expect(informer.get({ namespace: two, name: 'a' })).not.toBeNull();
    expect(informer.get({ namespace, name: 'a' })).toBeNull();
  });

  test('that may not watch says so, and goes on once it may', async () => {
    const user = `nobody-${made}-${process.pid}`;
    // To connect takes a look at one namespace.
    await grant(user, 'namespaces');
    const { informer } = await watch(
      await connect({
        settings: { impersonate: { user, groups: ['system:authenticated'] } },
        clock: quickClock(20),
      }),
    );
    await expect(informer.synced()).rejects.toMatchObject({ code: 'kubernetes.forbidden' });
    expect(informer.isSynced()).toBe(false);
    await grant(user, 'configmaps');
    await until('it is synced', async () => informer.isSynced());
  });
});

async function grant(user: string, resource: string): Promise<void> {
  const name = `${user}-${resource}`;
  const group = 'rbac.authorization.k8s.io';
  await kube.post(`/apis/${group}/v1/clusterroles`, {
    metadata: { name },
    rules: [{ apiGroups: [''], resources: [resource], verbs: ['get', 'list', 'watch'] }],
  });
  await kube.post(`/apis/${group}/v1/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: group, kind: 'User', name: user }],
  });
}

describe('a watch that breaks off', () => {
  test('goes on from where it was: nothing is missed, nothing told twice', async () => {
    const { front, cluster } = await overFront();
    const { informer, told } = await watch(cluster);
    await informer.synced();
    await make('kept');
    await until('it is told', async () => told.includes('set kept 1'));
    let isDown = true;
    front.rule(({ path: asked }) =>
      isDown && asked.includes('watch=true') ? { status: 503 } : 'pass',
    );
    const before = begun(front).length;
    front.cut();
    await until('it is noticed', async () => told.includes('interrupted'));
    expect(informer.isSynced()).toBe(false);
    await make('meanwhile');
    await kube.delete(path('kept'));
    isDown = false;
    await until('all is told', async () => informer.isSynced() && told.includes('gone kept'));
    expect(told.slice(0, 3)).toEqual(['synced', 'set kept 1', 'interrupted']);
    expect(told.filter((line) => line === 'set kept 1')).toHaveLength(1);
    expect(told.filter((line) => line === 'interrupted')).toHaveLength(1);
    expect(told).toContain('set meanwhile 1');
    // From a state, not from the beginning.
    expect(
      begun(front)
        .slice(before)
        .every((version) => version !== null),
    ).toBe(true);
  });

  test('without a word is noticed', async () => {
    const { wire, cluster } = await overWire(20);
    const { informer, told } = await watch(cluster);
    await informer.synced();
    await make('before');
    await until('it is told', async () => told.includes('set before 1'));
    wire.freeze();
    await make('in-silence');
    await kube.delete(path('before'));
    await until('the silence is noticed', async () => told.includes('interrupted'));
    wire.thaw();
    await until('all is told', async () => informer.isSynced() && told.includes('gone before'));
    expect(told).toContain('set in-silence 1');
  });

  test.each<readonly [string, 'status' | 'event']>([
    ['at its begin', 'status'],
    ['in its course', 'event'],
  ])('because its state is too old (410 %s) is listed anew', async (_, how) => {
    const { front, cluster } = await overFront();
    const { informer, told } = await watch(cluster);
    await make('stays');
    await make('goes');
    await informer.synced();
    await until('both are known', async () => [...informer.all()].length === 2);
    const gone = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      code: 410,
      reason: 'Expired',
      message: 'too old',
    };
    front.rule(({ path: asked }) => {
      if (!asked.includes('watch=true') || !asked.includes('resourceVersion=')) return 'pass';
      return how === 'status'
        ? { status: 410, body: gone }
        : { status: 200, body: `${JSON.stringify({ type: 'ERROR', object: gone })}\n` };
    });
    front.cut();
    await kube.delete(path('goes'));
    await make('comes');
    await until('all is told', async () => informer.isSynced() && told.includes('gone goes'));
    expect([...informer.all()].map(({ name }) => name).toSorted()).toEqual(['comes', 'stays']);
    expect(told.filter((line) => line === 'set stays 1')).toHaveLength(1);
  });

  test.each<readonly [string, 'refused' | 'ignored']>([
    ['refuses to stream lists', 'refused'],
    ['does not know that lists are streamed', 'ignored'],
  ])('to a server that %s: it is listed page by page', async (_, how) => {
    const { front, cluster } = await overFront(20);
    front.rule(({ path: asked }) => {
      if (!asked.includes('sendInitialEvents')) return 'pass';
      return how === 'ignored'
        ? 'hang'
        : { status: 422, body: { kind: 'Status', reason: 'Invalid' } };
    });
    await make('listed');
    const { informer, told } = await watch(cluster);
    await informer.synced();
    expect(informer.get({ namespace, name: 'listed' })).not.toBeNull();
    await change('listed', '2');
    await until('it is told', async () => told.includes('set listed 2'));
  });
});
