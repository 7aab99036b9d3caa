import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { sameJson } from '../../src/model/json.ts';
import { createSealer, sha256 } from '../../src/system/hasher.ts';
import { resourceKey } from '../../src/model/resource.ts';
import type { Inventory } from '../../src/model/inventory.ts';
import type { Target } from '../../src/targets/target.ts';
import { baselineOf } from '../../src/targets/kubernetes/object/baseline.ts';
import type { FieldSet } from '../../src/targets/kubernetes/object/fields-v1.ts';
import { ownSet, project } from '../../src/targets/kubernetes/object/fields-v1.ts';
import { auditEntries, openKube } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { openKubernetes } from '../support/kubernetes-target.ts';
import { connect } from '../support/kubernetes/connect.ts';
import type { Cluster } from '../../src/targets/kubernetes/connect.ts';
import { createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';
import { clusterKinds } from '../support/kubernetes/kinds/cluster.ts';
import { coreKinds } from '../support/kubernetes/kinds/core.ts';
import { customKinds } from '../support/kubernetes/kinds/custom.ts';
import type { KindCase } from '../support/kubernetes/kinds/kind-case.ts';
import { workloadKinds } from '../support/kubernetes/kinds/workloads.ts';
import { convertSizes, openWebhooks } from '../support/kubernetes/webhooks.ts';
import type { Webhooks } from '../support/kubernetes/webhooks.ts';

/**
 * Drift is seen by watching alone, over every kind of field that the server changes on its way: one application with an
 * object of nearly every kind that a cluster serves, custom kinds of every sort, a conversion webhook, and a mutating
 * webhook that changes what is admitted.
 */

let shop: KubernetesBench;
let webhooks: Webhooks;
let cases: readonly KindCase[];
let target: Target;
const kube = openKube();
/** Where each object is at the server, by kind and name. */
const paths = new Map<KubeObject, string>();

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

beforeAll(async () => {
  webhooks = await openWebhooks({ '/convert': convertSizes, '/mutate': mutate });
  shop = await createKubernetesBench({
    applications: { shop: { onFailure: 'stay', timeouts: { health: '90s' } } },
  });
  const { namespace } = shop;
  const names = { namespace, prefix: namespace, group: `${namespace}.example.com` };
  cases = [
    ...coreKinds(names),
    ...workloadKinds(),
    ...clusterKinds(names),
    ...customKinds(names, {
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v1'], clientConfig: webhooks.client('/convert') },
    }),
  ].map(({ object, edit }) => ({ object: marked(object), edit }));
  await kube.post('/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
    metadata: { name: `${namespace}-mutates` },
    webhooks: [
      {
        name: 'mutates.example.com',
        clientConfig: webhooks.client('/mutate'),
        rules: [
          {
            apiGroups: ['*'],
            apiVersions: ['*'],
            resources: ['*'],
            operations: ['CREATE', 'UPDATE'],
          },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
      },
    ],
  });
  target = await openKubernetes(kube, { namespace: shop.records });
}, 60_000);

afterAll(async () => {
  await target?.close();
  await shop?.[Symbol.asyncDispose]();
  for (const path of paths.values())
    if (!path.includes('/namespaces/')) await kube.ask('DELETE', path);
  const ours = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  await kube.ask('DELETE', `${ours}/${shop?.namespace}-mutates`);
  await webhooks?.[Symbol.asyncDispose]();
}, 120_000);

/** What each has beside its own, for everybody to change. */
function marked(object: KubeObject): KubeObject {
  const { metadata } = object;
  const labels = { proof: 'kept', ...metadata.labels };
  return {
    ...object,
    metadata: { ...metadata, labels, annotations: { 'proof.example/kept': 'yes' } },
  };
}

/** As sidecar injectors and policies do: adds what nobody asked for, and writes over what we did. */
function mutate({ object }: KubeObject): KubeObject {
  const patch = [
    {
      op: 'add',
      path: '/metadata/annotations',
      value: { ...object.metadata.annotations, 'injected.example/by': 'webhook' },
    },
  ] as { op: string; path: string; value: Json }[];
  if (object.kind === 'Ingress')
    patch.push({ op: 'add', path: '/metadata/labels/proof', value: 'changed-by-the-webhook' });
  return {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  };
}

/** The path of an object, by what the server says of its kind. */
async function pathOf({ apiVersion, kind, metadata }: KubeObject): Promise<string> {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const { resources } = await kube.get(root);
  const found = resources.find((one: KubeObject) => one.kind === kind && !one.name.includes('/'));
  const where = found.namespaced === true ? `/namespaces/${shop.namespace}` : '';
  return `${root}${where}/${found.name}/${metadata.name}`;
}

const sealer = createSealer('k1', new Uint8Array(32));
const digestOf = (object: KubeObject): string => baselineOf(sha256, sealer, object);

async function recorded(): Promise<ReadonlyMap<string, string>> {
  const inventory: Inventory | null = await target.ledger.load({
    application: 'shop',
    environment: 'dev',
  });
  return new Map(
    (inventory?.entries ?? []).map(({ id, baseline }) => [resourceKey(id), baseline ?? '']),
  );
}

function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return resourceKey({ group, kind, namespace: metadata.namespace ?? '', name: metadata.name });
}

async function live(object: KubeObject): Promise<KubeObject> {
  return kube.get(paths.get(object) ?? '');
}

/** Waits until all is in sync and nothing is under way. */
async function inSync(): Promise<void> {
  await shop.settles('shop@dev', 'synced, Synced, Healthy');
}

test('an object of each of more than sixty kinds is applied in one commit', async () => {
  shop.commit({ 'shop/all.yaml': yaml(...cases.map(({ object }) => object)) });
  // No attacher runs here.
  const attachment = `/apis/storage.k8s.io/v1/volumeattachments/${shop.namespace}`;
  await shop.sees('the attachment', async () => (await kube.find(attachment)) !== null, 240_000);
  await kube.patch(`${attachment}/status`, { status: { attached: true } });
  await shop.sees(
    'all is applied',
    async () => {
      const runtime = shop.bench.engine.applications.get('shop@dev');
      return runtime?.seen.sync === 'Synced' && runtime.status.state === 'synced';
    },
    240_000,
  );
  for (const { object } of cases) paths.set(object, await pathOf(object));
  const kinds = new Set(cases.map(({ object }) => `${object.apiVersion}/${object.kind}`));
  expect(kinds.size).toBeGreaterThanOrEqual(60);
  expect(webhooks.asked.get('/convert')).toBeGreaterThan(0);
  expect(webhooks.asked.get('/mutate')).toBeGreaterThan(0);
}, 600_000);

/** What a watch tells first of an object. */
async function watched({ client, discovery }: Cluster, object: KubeObject): Promise<KubeObject> {
  const type = await discovery.resolve(object.apiVersion, object.kind);
  if (type === null) throw new Error(`there is no ${nameOf(object)}`);
  const events = client.watch(type, {
    ...(type.namespaced ? { namespace: shop.namespace } : {}),
    fieldSelector: `metadata.name=${object.metadata.name}`,
    resourceVersion: '0',
    timeoutSeconds: 30,
  });
  for await (const event of events) if (event.type === 'ADDED') return event.object;
  throw new Error(`the watch says nothing of ${nameOf(object)}`);
}

test('what the answer to an apply, a watch, a list and a read say of our fields is the same digest', async () => {
  const baselines = await recorded();
  const cluster = await connect();
  const wrong: string[] = [];
  for (const { object } of cases) {
    const read = await live(object);
    const [collection] = (paths.get(object) ?? '').split(/\/[^/]+$/);
    const chosen = `fieldSelector=metadata.name%3D${object.metadata.name}`;
    const { items } = await kube.get(`${collection}?${chosen}`);
    const { apiVersion, kind } = object;
    const digests = {
      applied: baselines.get(keyOf(read)),
      read: digestOf(read),
      listed: digestOf({ apiVersion, kind, ...items[0] }),
      watched: digestOf(await watched(cluster, object)),
    };
    if (new Set(Object.values(digests)).size > 1)
      wrong.push(`${nameOf(object)}: ${JSON.stringify(digests)}`);
  }
  await cluster.close();
  expect(wrong).toEqual([]);
}, 300_000);

/** Changes each object by hand, and waits until each is as it was. @returns what was not noticed, or not healed */
async function healed(
  what: string,
  edit: (one: KindCase) => KubeObject,
): Promise<readonly string[]> {
  const due = new Map<KubeObject, { readonly set: FieldSet; readonly wanted: Json }>();
  const missed: string[] = [];
  for (const one of cases) {
    const patch = edit(one);
    if (patch === null) continue;
    const before = await live(one.object);
    const set = ownSet(before);
    const after = await kube.patch(paths.get(one.object) ?? '', patch);
    if (digestOf(after) === digestOf(before))
      missed.push(`${nameOf(one.object)}: ${what} changes nothing of ours`);
    due.set(one.object, { set, wanted: project(before, set) as Json });
  }
  const look = async (): Promise<boolean> => {
    for (const [object, { set, wanted }] of due)
      if (sameJson(project(await live(object), set), wanted)) due.delete(object);
    return due.size === 0;
  };
  const words = `${what} is healed everywhere`;
  await shop.sees(words, look, 120_000).catch(() => {
    for (const object of due.keys()) missed.push(`${nameOf(object)}: ${what} is not healed`);
  });
  return missed;
}

test('a label that somebody changes is noticed on every kind, and healed', async () => {
  expect(await healed('a label', () => ({ metadata: { labels: { proof: 'by-hand' } } }))).toEqual(
    [],
  );
}, 300_000);

test('an annotation that somebody takes away is noticed on every kind, and healed', async () => {
  expect(
    await healed('an annotation', () => ({
      metadata: { annotations: { 'proof.example/kept': null } },
    })),
  ).toEqual([]);
}, 300_000);

test('a field of its own that somebody changes is noticed on every kind that lets it change, and healed', async () => {
  expect(await healed('a field', ({ edit }) => edit)).toEqual([]);
}, 300_000);

/** Writes by Fairlead to what this application has. */
function writes(): readonly string[] {
  return auditEntries(kube.record)
    .filter(({ verb, userAgent, objectRef, requestURI }) => {
      if (['get', 'list', 'watch'].includes(verb) || userAgent?.startsWith('fairlead') !== true)
        return false;
      if (requestURI.includes('dryRun')) return false;
      return (
        objectRef?.namespace === shop.namespace ||
        objectRef?.name?.includes(shop.namespace) === true
      );
    })
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

test('a controller that starts anew writes nothing', async () => {
  await inSync();
  const before = writes().length;
  await shop.restart();
  await inSync();
  expect(writes().slice(before)).toEqual([]);
}, 300_000);
