import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKube } from '../../../../test/support/cluster.ts';
import type { Kube } from '../../../../test/support/cluster.ts';
import { connect } from '../../../../test/support/kubernetes/connect.ts';
import type { Cluster } from '../connect.ts';
import { fieldConflictsOf, serverFailureOf } from './failure.ts';
import type { ResourceType } from './resource-type.ts';

let kube: Kube;
let cluster: Cluster;
let namespace: string;
let configMaps: ResourceType;

beforeAll(async () => {
  kube = openKube();
  cluster = await connect();
  namespace = await kube.namespace('calls');
  configMaps = (await cluster.discovery.resolve('v1', 'ConfigMap'))!;
});

afterAll(() => cluster.close());

const at = (name: string) => ({ namespace, name });
const map = (name: string, data: Readonly<Record<string, string>> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

describe('reading', () => {
  test('gives an object, and nothing where the server says that there is none', async () => {
    const { client } = cluster;
    await client.create(configMaps, namespace, map('there'));
    expect(await client.get(configMaps, at('there'))).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { a: '1' },
    });
    expect(await client.get(configMaps, at('nowhere'))).toBeNull();
    expect(await client.get(configMaps, { namespace: 'no-such', name: 'nowhere' })).toBeNull();
  });

  test('of a kind that the server does not have is a failure, not an absence', async () => {
    const type = { ...configMaps, group: 'nobody.example', version: 'v1' };
    await expect(cluster.client.get(type, at('there'))).rejects.toMatchObject({
      code: 'kubernetes.kind-gone',
    });
  });

  test('lists page by page at one state, and says of each item what it is', async () => {
    const own = await kube.namespace('pages');
    for (let at = 0; at < 7; at++)
      await cluster.client.create(configMaps, own, {
        ...map(`m-${at}`),
        metadata: { name: `m-${at}`, labels: { own: 'yes' } },
      });
    const sizes: number[] = [];
    const versions = new Set<string>();
    for await (const page of cluster.client.pages(configMaps, {
      namespace: own,
      labelSelector: 'own=yes',
      limit: 3,
    })) {
      sizes.push(page.items.length);
      versions.add(page.resourceVersion);
      for (const item of page.items) expect(item.kind).toBe('ConfigMap');
    }
    expect([sizes, versions.size]).toEqual([[3, 3, 1], 1]);
    const { items } = await cluster.client.list(configMaps, {
      namespace: own,
      labelSelector: 'own=yes',
      metadataOnly: true,
    });
    expect(items).toHaveLength(7);
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(items[0]).not.toHaveProperty('data');
  });

  test('ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    await expect(cluster.client.get(configMaps, at('there'), { signal })).rejects.toThrow(
      'no longer wanted',
    );
  });
});

describe('writing', () => {
  test('applies as the field manager fairlead, and says whether it was made', async () => {
    const first = await cluster.client.apply(configMaps, at('applied'), map('applied'));
    const again = await cluster.client.apply(configMaps, at('applied'), map('applied'));
    expect([first.created, again.created]).toEqual([true, false]);
    expect(again.object.metadata.resourceVersion).toBe(first.object.metadata.resourceVersion);
    expect(first.object.metadata.managedFields).toMatchObject([
      { manager: 'fairlead', operation: 'Apply' },
    ]);
  });

  test('names other managers and their fields where they conflict', async () => {
    const body = map('contested', { a: '1', b: '2' });
    await cluster.client.apply(configMaps, at('contested'), body, { fieldManager: 'the "other"' });
    const error = await cluster.client
      .apply(configMaps, at('contested'), map('contested', { a: '2', b: '2' }))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'kubernetes.apply-conflict',
      facts: { managers: 'the "other"' },
    });
    expect(fieldConflictsOf(error)).toEqual([{ manager: 'the "other"', field: '.data.a' }]);
    const forced = await cluster.client.apply(
      configMaps,
      at('contested'),
      map('contested', { a: '2' }),
      { force: true },
    );
    expect(forced.object['data']).toEqual({ a: '2', b: '2' });
  });

  test('writes nothing on a dry run', async () => {
    const { object } = await cluster.client.apply(configMaps, at('dry'), map('dry'), {
      dryRun: true,
    });
    expect(object.metadata.name).toBe('dry');
    expect(await cluster.client.get(configMaps, at('dry'))).toBeNull();
  });

  test('passes warnings on', async () => {
    const { warnings } = await cluster.client.create(
      configMaps,
      namespace,
      { ...map('warned'), unknown: 'field' },
      { fieldValidation: 'Warn' },
    );
    expect(warnings).toEqual(['unknown field "unknown"']);
  });

  test('refuses unknown fields, wrong values and what is there already, each as what it is', async () => {
    const { client } = cluster;
    const services = (await cluster.discovery.resolve('v1', 'Service'))!;
    const service = (port: number) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { ports: [{ port }] },
    });
    await expect(
      client.create(configMaps, namespace, { ...map('strict'), unknown: 1 }),
    ).rejects.toMatchObject({ code: 'kubernetes.bad-request', class: 'input' });
    await expect(
      client.apply(configMaps, at('strict'), { ...map('strict'), unknown: 1 }),
    ).rejects.toMatchObject({ code: 'kubernetes.invalid', class: 'input' });
    const invalid = await client
      .create(services, namespace, service(70_000))
      .catch((thrown: unknown) => thrown);
    expect(invalid).toMatchObject({
      code: 'kubernetes.invalid',
      resource: `${namespace}/Service/web`,
    });
    expect(serverFailureOf(invalid)?.causes).toMatchObject([
      { reason: 'FieldValueInvalid', field: 'spec.ports[0].port' },
      { reason: 'FieldValueInvalid', field: 'spec.ports[0].targetPort' },
    ]);
    await client.create(configMaps, namespace, map('twice'));
    await expect(client.create(configMaps, namespace, map('twice'))).rejects.toMatchObject({
      code: 'kubernetes.already-exists',
    });
    await expect(
      client.create(configMaps, 'no-such-namespace', { ...map('x'), metadata: { name: 'x' } }),
    ).rejects.toMatchObject({ code: 'kubernetes.not-found' });
    await expect(
      client.create(configMaps, namespace, map('huge', { a: 'x'.repeat(3_200_000) })),
    ).rejects.toMatchObject({ code: 'kubernetes.too-large' });
  });

  test('updates only the version that was read', async () => {
    const { client } = cluster;
    const { object } = await client.create(configMaps, namespace, map('versioned'));
    const body = { ...map('versioned', { a: '2' }), metadata: object.metadata };
    await client.update(configMaps, at('versioned'), body);
    await expect(client.update(configMaps, at('versioned'), body)).rejects.toMatchObject({
      code: 'kubernetes.version-conflict',
    });
    const patched = await client.patch(configMaps, at('versioned'), { data: { b: '3' } });
    expect(patched.object['data']).toEqual({ a: '2', b: '3' });
  });

  test('deletes the very object and no other, and says what became of it', async () => {
    const { client } = cluster;
    const { object } = await client.create(configMaps, namespace, {
      ...map('mortal'),
      metadata: { name: 'mortal', finalizers: ['example.com/held'] },
    });
    const { uid } = object.metadata;
    await expect(client.delete(configMaps, at('mortal'), { uid: 'another' })).rejects.toMatchObject(
      { code: 'kubernetes.version-conflict' },
    );
    expect((await client.delete(configMaps, at('mortal'), { uid })).kind).toBe('deleting');
    await client.patch(configMaps, at('mortal'), { metadata: { finalizers: null } });
    expect(await client.delete(configMaps, at('mortal'), { uid })).toEqual({ kind: 'absent' });
    const free = await client.create(configMaps, namespace, map('free'));
    const now = await client.delete(configMaps, at('free'), { uid: free.object.metadata.uid });
    expect(now).toEqual({ kind: 'deleted' });
  });

  test('never repeats a secret that the server quotes', async () => {
    const secrets = (await cluster.discovery.resolve('v1', 'Secret'))!;
    const canary = 'canary-4711';
    const refused = [
      { type: 'kubernetes.io/tls', data: { wrong: canary } },
      { data: { key: `not base64: ${canary}` } },
      { stringData: { 'is no key': canary } },
    ].map((body) =>
      cluster.client
        .create(secrets, namespace, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'db' },
          ...body,
        })
        .then(
          () => new Error('it was taken'),
          (thrown: Error) => thrown,
        ),
    );
    for (const error of await Promise.all(refused)) {
      const words = `${String(error)} ${JSON.stringify(error)} ${JSON.stringify(serverFailureOf(error))}`;
      expect(error).toMatchObject({ class: 'input' });
      expect(words).not.toContain(canary);
    }
  });
});

describe('watching', () => {
  test('tells what happens after a state, with bookmarks told apart', async () => {
    const own = await kube.namespace('watch');
    const { client } = cluster;
    const { resourceVersion } = await client.list(configMaps, { namespace: own });
    const control = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      const events = client.watch(configMaps, {
        namespace: own,
        resourceVersion,
        signal: control.signal,
      });
      for await (const event of events) {
        if (event.type === 'BOOKMARK' || event.object.metadata.name !== 'one') continue;
        seen.push(`${event.type} ${event.object.kind} ${event.object.metadata.name}`);
        if (event.type === 'DELETED') return;
      }
    })();
    const body = { ...map('one'), metadata: { name: 'one', namespace: own } };
    const { object } = await client.create(configMaps, own, body);
    await client.patch(configMaps, { namespace: own, name: 'one' }, { data: { a: '2' } });
    await client.delete(configMaps, { namespace: own, name: 'one' }, { uid: object.metadata.uid });
    await watching;
    expect(seen).toEqual([
      'ADDED ConfigMap one',
      'MODIFIED ConfigMap one',
      'DELETED ConfigMap one',
    ]);
    control.abort();
  });
});

test('reads the output of a container line by line, and as it comes', async () => {
  const pods = (await cluster.discovery.resolve('v1', 'Pod'))!;
  await cluster.client.create(pods, namespace, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'talker' },
    spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }] },
  });
  const lines: string[] = [];
  for (;;) {
    const { phase } = (await kube.get(`/api/v1/namespaces/${namespace}/pods/talker`)).status;
    if (phase === 'Running') break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for await (const line of cluster.client.logs({ namespace, name: 'talker' }, { tailLines: 2 }))
    lines.push(line);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.every((line) => !line.includes('\n'))).toBe(true);
});
