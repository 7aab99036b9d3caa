import { afterEach, expect, test } from 'vitest';
import { until } from '../support/program.ts';
import type { KubeObject } from '../support/cluster.ts';
import { configMap, manifest, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';
import { convertSizes, openWebhooks } from '../support/kubernetes/webhooks.ts';

/**
 * Kinds that come late, go and come back, or cannot be converted any more while they are in use: what is wrong is said,
 * the application beside is released and healed as before, nothing is deleted, and all is as Git says once it can be.
 */

let at: KubeBench;
let group: string;

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

async function open(more = ''): Promise<void> {
  at = await openKubeBench({ more });
  group = `${at.namespace}.example.com`;
  at.bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop', 'calm'),
    'calm/map.yaml': configMap('calm', at.namespace, { at: 'first' }),
    'shop/kept.yaml': configMap('kept', at.namespace),
  });
  await at.bench.start();
  await at.bench.settled(head(), 'shop', 'calm');
}

const head = (): string => at.bench.checkout.git('rev-parse', 'HEAD');
const commit = (files: Readonly<Record<string, string>>): string =>
  at.bench.checkout.commit({
    ...files,
    'calm/map.yaml': configMap('calm', at.namespace, { at: String(Date.now()) }),
  });

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widget = (size: number, version = 'v1'): string =>
  manifest({
    apiVersion: `${group}/${version}`,
    kind: 'Widget',
    metadata: { name: 'one', namespace: at.namespace },
    spec: version === 'v1' ? { size } : { box: { size } },
  });
const sizeOf = async (): Promise<unknown> =>
  (await at.kube.find(at.path(`${group}/v1/widgets/one`)))?.spec.size;

/** Somebody makes it something else, and it becomes this again. */
async function heals(size: number): Promise<void> {
  await at.kube.patch(at.path(`${group}/v1/widgets/one`), { spec: { size: 99 } });
  await until(
    `its size is ${size} again`,
    async () => (await sizeOf()) === size,
    at.bench.why,
    90_000,
  );
}

test('a definition whose names another one has is named as not established, and goes live with what it defines once it may', async () => {
  await open(', timeouts: {apply: 4s}, retry: {backoff: {max: 2s}}');
  const other = definition('gadgets');
  await at.kube.post(definitions, other);
  await until(
    'the other one is established',
    () => isEstablished(other),
    () => '',
  );
  const good = commit({
    'shop/definition.yaml': manifest(definition('widgets')),
    'shop/widget.yaml': widget(1),
  });
  const view = await at.bench.application(
    'shop',
    'it is not established',
    ({ error }) => error?.code === 'kubernetes.not-established',
    30_000,
  );
  expect(view.error?.message).toContain('already in use');
  await at.bench.settled(good, 'calm');
  await at.kube.delete(`${definitions}/${other.metadata.name}`);
  await at.bench.settled(good, 'shop');
  expect(await sizeOf()).toBe(1);
  expect(at.deletes()).toEqual([]);
  await heals(1);
});

test('a definition that somebody deletes takes its objects along; all of it is made anew, and watched again', async () => {
  await open();
  const good = commit({
    'shop/definition.yaml': manifest(definition('widgets')),
    'shop/widget.yaml': widget(1),
  });
  await at.bench.settled(good, 'shop', 'calm');
  const before = await at.kube.get(`${definitions}/widgets.${group}`);
  await at.kube.delete(`${definitions}/widgets.${group}`);
  await until(
    'both are there again',
    async () => {
      const now = await at.kube.find(`${definitions}/widgets.${group}`);
      return now !== null && now.metadata.uid !== before.metadata.uid && (await sizeOf()) === 1;
    },
    at.bench.why,
    90_000,
  );
  await at.bench.settled(good, 'shop', 'calm');
  expect(at.deletes()).toEqual([]);
  await heals(1);
  const more = commit({ 'shop/widget.yaml': widget(2) });
  await at.bench.settled(more, 'shop', 'calm');
  expect(await sizeOf()).toBe(2);
});

test('a kind of somebody else that is deleted and made again: what is of it comes back by itself', async () => {
  await open();
  await at.kube.post(definitions, definition('widgets'));
  const good = commit({ 'shop/widget.yaml': widget(1) });
  await at.bench.settled(good, 'shop', 'calm');
  await at.kube.delete(`${definitions}/widgets.${group}`);
  await at.bench.application(
    'shop',
    'it says what is missing',
    ({ error }) => error?.code === 'kubernetes.kind-missing',
    60_000,
  );
  const more = commit({});
  await at.bench.settled(more, 'calm');
  await at.kube.post(definitions, definition('widgets'));
  await at.bench.settled(more, 'shop');
  expect(await sizeOf()).toBe(1);
  expect(at.deletes()).toEqual([]);
  await heals(1);
});

test('a conversion webhook that goes down under a live watch: nobody believes that all is well, and drift is healed once it is back', async () => {
  await open();
  let isDown = false;
  await using webhooks = await openWebhooks({
    '/convert': (request) =>
      isDown ? { result: { status: 'Failure', message: 'on strike' } } : convertSizes(request),
  });
  const converted = definition('widgets');
  const [v1] = converted.spec.versions;
  converted.spec.versions.push({ ...v1, name: 'v2', storage: false });
  converted.spec.conversion = {
    strategy: 'Webhook',
    webhook: {
      conversionReviewVersions: ['v1'],
      clientConfig: webhooks.client('/convert'),
    },
  };
  await at.kube.post(definitions, converted);
  const good = commit({ 'shop/widget.yaml': widget(1, 'v2') });
  await at.bench.settled(good, 'shop', 'calm');
  await heals(1);

  isDown = true;
  await at.kube.patch(at.path(`${group}/v1/widgets/one`), { spec: { size: 99 } });
  const view = await at.bench.application(
    'shop',
    'it is Unknown',
    ({ sync, error }) => sync === 'Unknown' && error !== null,
    90_000,
  );
  expect(view.error?.message).toContain('on strike');
  const more = commit({});
  await at.bench.settled(more, 'calm');
  expect(await at.live('configmaps/kept')).not.toBeNull();

  isDown = false;
  await at.bench.settled(more, 'shop');
  expect(await sizeOf()).toBe(1);
  expect(at.deletes()).toEqual([]);
  await heals(1);
});

test('a field that somebody keeps through another version of the kind is in the plan, and taken after a yes', async () => {
  await open();
  await using webhooks = await openWebhooks({ '/convert': convertSizes });
  const converted = definition('widgets');
  const [v1] = converted.spec.versions;
  converted.spec.versions.push({ ...v1, name: 'v2', storage: false });
  converted.spec.conversion = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: webhooks.client('/convert') },
  };
  await at.kube.post(definitions, converted);
  const plain = { metadata: { name: 'one', namespace: at.namespace }, kind: 'Widget' };
  const wish = (spec: object): string => manifest({ ...plain, apiVersion: `${group}/v2`, spec });
  await at.bench.settled(commit({ 'shop/widget.yaml': wish({ color: 'red' }) }), 'shop', 'calm');
  await at.kube.patch(at.path(`${group}/v1/widgets/one`), { spec: { size: 5 } });
  commit({ 'shop/widget.yaml': wish({ color: 'red', box: { size: 1 } }) });
  const { waiting } = await at.bench.application(
    'shop',
    'it waits for a yes',
    (view) => view.waiting !== null,
    90_000,
  );
  expect(waiting?.reason).toMatch(/takes over of .*one: spec.box.* from /);
  expect(await sizeOf()).toBe(5);
  await at.bench.api.approve({ digest: waiting?.digest ?? '', actor: 'ada' });
  await at.bench.settled(head(), 'shop', 'calm');
  expect(await sizeOf()).toBe(1);
});

async function isEstablished({ metadata }: KubeObject): Promise<boolean> {
  const { status } = await at.kube.get(`${definitions}/${metadata.name}`);
  return (status?.conditions ?? []).some(
    (condition: KubeObject) => condition.type === 'Established' && condition.status === 'True',
  );
}

/** A definition of `Widget` in a group of the test's own; two of different plurals have one name for the kind. */
function definition(plural: string): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: plural.slice(0, -1), kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      ],
    },
  };
}
