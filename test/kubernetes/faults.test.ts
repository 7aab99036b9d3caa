import { afterEach, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import { configMap, manifest, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';
import type { Fault, ProxyCall } from '../support/kube-proxy.ts';
import { connect, quickClock } from '../support/kubernetes/connect.ts';
import { until } from '../support/program.ts';

/**
 * A bad network and a busy server between the controller and the cluster: whatever happens, in the end all is as Git
 * says, nothing is deleted, and nothing is made twice.
 */

let at: KubeBench;

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

const count = 6;

/** A controller behind a proxy, with one application of a few objects that is live. */
async function open(more = ''): Promise<void> {
  at = await openKubeBench({ proxy: true, more });
  at.bench.checkout.commit({ 'fairlead.yaml': at.configuration('shop'), ...maps('first') });
  await at.bench.start();
  await settled();
}

function maps(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `shop/map-${index}.yaml`,
      configMap(`map-${index}`, at.namespace, { text }),
    ]),
  );
}

async function settled(): Promise<void> {
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');
}

async function everywhere(text: string): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect((await at.live(`configmaps/map-${index}`)).data.text).toBe(text);
  }
}

/** A fault for so many writes of what the application owns, then none. */
function onWrites(times: number, fault: Fault): void {
  let left = times;
  at.proxy.fault = (call) => (isOurs(call) && left-- > 0 ? fault : null);
}

function isOurs({ method, path }: ProxyCall): boolean {
  return method !== 'GET' && path.includes(`/namespaces/${at.namespace}/`);
}

/** Commits under a fault, and gives what the application says once all is live. */
async function survives(times: number, fault: Fault, more = ''): Promise<void> {
  await open(more);
  onWrites(times, fault);
  at.bench.checkout.commit(maps('second'));
  await settled();
  await everywhere('second');
  expect(at.deletes()).toEqual([]);
}

test.each([
  { status: 409, reason: 'Conflict' },
  { status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
  { status: 500, reason: 'InternalError' },
  { status: 503, reason: 'ServiceUnavailable', retryAfterSeconds: 1 },
  { status: 504, reason: 'Timeout' },
])('a commit goes live though the server answers $status at first', async (answer) => {
  expect(await survives(4, { kind: 'answer', ...answer })).toBeUndefined();
});

test('a commit goes live though connections break before the server hears of a change', async () => {
  expect(await survives(3, { kind: 'cut' })).toBeUndefined();
});

test('an answer that is lost does no harm: what was done is found again', async () => {
  expect(await survives(3, { kind: 'lose' })).toBeUndefined();
});

test('a request without an answer is given up and tried again', async () => {
  const hurry = ', timeouts: {apply: 4s}';
  expect(await survives(2, { kind: 'hang' }, hurry)).toBeUndefined();
});

test('a slow answer is waited for', async () => {
  expect(await survives(2, { kind: 'delay', ms: 3_000 })).toBeUndefined();
});

test('a watch that is told its version is too old begins anew and misses nothing', async () => {
  await open();
  let told = 0;
  at.proxy.fault = (call) => {
    if (!call.watch || told >= 6) return null;
    told += 1;
    return { kind: 'answer', status: 410, reason: 'Expired' };
  };
  at.proxy.cut(true);
  await at.kube.patch(at.path('configmaps/map-0'), { data: { text: 'by hand' } });
  await expect
    .poll(async () => (await at.live('configmaps/map-0')).data.text, { timeout: 60_000 })
    .toBe('first');
  expect(told).toBeGreaterThan(0);
  expect(at.deletes()).toEqual([]);
});

test('while the server cannot be reached nothing is deleted, and what was missed is healed afterwards', async () => {
  await open();
  at.proxy.cut(false);
  await at.kube.patch(at.path('configmaps/map-0'), { data: { text: 'by hand' } });
  await at.kube.delete(at.path('configmaps/map-1'));
  at.bench.checkout.commit({ 'shop/more.yaml': configMap('more', at.namespace) });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await at.live('configmaps/more')).toBeNull();
  at.proxy.cut(true);
  await settled();
  await everywhere('first');
  expect(await at.live('configmaps/more')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('a connection that goes dead without a word is noticed, and what was missed is healed', async () => {
  await open();
  at.proxy.freeze();
  await at.kube.patch(at.path('configmaps/map-0'), { data: { text: 'by hand' } });
  await expect
    .poll(async () => (await at.live('configmaps/map-0')).data.text, { timeout: 110_000 })
    .toBe('first');
  expect(at.deletes()).toEqual([]);
});

test('a watch that is silent while its connection lives is begun anew, and misses nothing', async () => {
  at = await openKubeBench({ proxy: true });
  const cluster = await connect({
    settings: { kubeconfig: at.kubeconfig },
    // The three minutes without a bookmark are half a minute.
    clock: quickClock(6),
  });
  const reasons: string[] = [];
  try {
    const informers = cluster.informers({
      labelSelector: 'watched=yes',
      namespaces: [at.namespace],
      trim: (_type, object) => (object['data'] as { text: string }).text,
      ownedDigest: () => '',
    });
    informers.subscribe((event) => {
      if (event.kind === 'interrupted') reasons.push(event.reason.message);
    });
    const type = await cluster.discovery.resolve('v1', 'ConfigMap');
    const informer = informers.use(type!);
    await at.kube.post(at.path('configmaps'), {
      metadata: { name: 'one', labels: { watched: 'yes' } },
      data: { text: 'first' },
    });
    const text = (): string | undefined =>
      informer.get({ namespace: at.namespace, name: 'one' })?.extra;
    await expect.poll(text, { timeout: 20_000 }).toBe('first');
    at.proxy.silenceWatches();
    await at.kube.patch(at.path('configmaps/one'), { data: { text: 'second' } });
    await expect.poll(text, { timeout: 100_000 }).toBe('second');
    expect(reasons.join()).toContain('the watch was silent for 180 s');
    // From the beginning: a server that was restored may never come to the state that is known.
    const watches = at.proxy.calls.filter(
      ({ watch, query }) => watch && query.get('labelSelector') === 'watched=yes',
    );
    expect(watches.at(-1)?.query.get('resourceVersion') ?? '').toBe('');
  } finally {
    await cluster.close();
  }
});

test('while autoscalers cannot be asked for, no number of replicas is taken from one', async () => {
  at = await openKubeBench({ proxy: true });
  const web = (tier: string): string => {
    const object = deployment('web', 3);
    Object.assign(object.metadata, { namespace: at.namespace, labels: { tier } });
    return manifest(object);
  };
  at.bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop'),
    'shop/web.yaml': web('old'),
  });
  await at.bench.start();
  await settled();
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  await at.kube.post(at.path('autoscaling/v2/horizontalpodautoscalers'), {
    metadata: { name: 'theirs' },
    spec: { minReplicas: 1, maxReplicas: 9, scaleTargetRef },
  });
  let isAsked = false;
  at.proxy.fault = ({ path }) => {
    if (!path.endsWith('/horizontalpodautoscalers')) return null;
    isAsked = true;
    return { kind: 'answer', status: 500 };
  };
  await at.kube.patch(at.path('apps/v1/deployments/web/scale'), { spec: { replicas: 5 } });
  at.bench.checkout.commit({ 'shop/web.yaml': web('new') });
  await until(
    'they are asked for',
    async () => isAsked,
    () => '',
  );
  await at.bench.application('shop', 'says why', ({ error }) => error !== null);
  expect((await at.live('apps/v1/deployments/web')).spec.replicas).toBe(5);
  at.proxy.fault = () => null;
  await settled();
  const live = await at.live('apps/v1/deployments/web');
  expect(live.metadata.labels.tier).toBe('new');
  expect(live.spec.replicas).toBe(5);
});
