import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/targets/kubernetes/connect.ts';
import type { Asked, Fate, Front } from '../support/kubernetes/front.ts';
import { openFront } from '../support/kubernetes/front.ts';
import { connect, quickClock, writeKubeconfig } from '../support/kubernetes/connect.ts';
import { openWire } from '../support/kubernetes/wire.ts';
import type { Wire } from '../support/kubernetes/wire.ts';
import { openKube } from '../support/cluster.ts';
import { until } from '../support/program.ts';

/** What the client does when connections and servers misbehave. */

const configMaps = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: [],
  subresources: [],
};

let folder: string;
let namespace: string;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  namespace = await openKube().namespace('wire');
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-wire-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

const named = (name: string) => ({ namespace, name });
const map = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { a: '1' },
});

async function throughFront(
  options: { readonly isOld?: boolean; readonly factor?: number } = {},
): Promise<{ readonly front: Front; readonly cluster: Cluster }> {
  const front = await openFront(options);
  closing.push(() => front.close());
  const kubeconfig = writeKubeconfig(folder, {
    cluster: { server: front.url, 'certificate-authority-data': front.authority },
  });
  const { factor = 1 } = options;
  const cluster = await connect({ settings: { kubeconfig }, clock: quickClock(factor) });
  closing.push(() => cluster.close());
  return { front, cluster };
}

/** Straight to the server, over a wire that can be cut. */
async function overWire(
  factor: number,
): Promise<{ readonly wire: Wire; readonly cluster: Cluster }> {
  const { url, kubeconfig } = inject('cluster');
  const wire = await openWire(url);
  closing.push(() => wire.close());
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  const path = writeKubeconfig(folder, {
    cluster: { ...config.clusters[0].cluster, server: `https://127.0.0.1:${wire.port}` },
    user: config.users[0].user,
  });
  const cluster = await connect({ settings: { kubeconfig: path }, clock: quickClock(factor) });
  closing.push(() => cluster.close());
  return { wire, cluster };
}

/** The first requests whose path has `part` meet these fates, the later ones pass. */
function first(part: string, ...fates: readonly Fate[]): (asked: Asked) => Fate {
  const left = [...fates];
  return ({ path }) => (path.includes(part) ? (left.shift() ?? 'pass') : 'pass');
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const count = (front: Front, method: string, part: string): number =>
  front.asked.filter((asked) => asked.method === method && asked.path.includes(part)).length;

describe('a read', () => {
  test.each<readonly [string, Fate]>([
    ['is asked again after the connection broke off', 'lose-answer'],
    ['is asked again after the stream was refused', 'refuse'],
    ['is asked again after 503', { status: 503 }],
    ['is asked again after 500', { status: 500 }],
    [
      'is asked again after 429, when the server wants it',
      { status: 429, headers: { 'retry-after': '1' } },
    ],
  ])('%s', async (_, fate) => {
    const { front, cluster } = await throughFront({ factor: 10 });
    await cluster.client.apply(configMaps, named('read'), map('read'));
    front.rule(first('configmaps/read', fate));
    expect((await cluster.client.get(configMaps, named('read')))?.metadata.name).toBe('read');
    expect(count(front, 'GET', 'configmaps/read')).toBe(2);
  });

  test('that is never answered ends in time', async () => {
    const { front, cluster } = await throughFront();
    front.rule(() => 'hang');
    await expect(
      cluster.client.get(configMaps, named('read'), { timeoutMs: 200 }),
    ).rejects.toMatchObject({ code: 'kubernetes.timed-out' });
  });

  test('that is redirected is not followed: credentials are for one server', async () => {
    const { front, cluster } = await throughFront();
    front.rule(() => ({ status: 302, headers: { location: 'https://127.0.0.1:1/' } }));
    await expect(cluster.client.get(configMaps, named('read'))).rejects.toMatchObject({
      code: 'kubernetes.answer-invalid',
    });
  });

  test('takes answers that come packed', async () => {
    const { front, cluster } = await throughFront();
    await cluster.client.apply(configMaps, named('packed'), map('packed'));
    front.rule(() => 'pack');
    expect((await cluster.client.get(configMaps, named('packed')))?.['data']).toEqual({ a: '1' });
  });

  test('of what is no Kubernetes says so', async () => {
    const { front, cluster } = await throughFront();
    front.rule(() => ({ status: 200, body: '<html>Sign in</html>' }));
    await expect(cluster.client.get(configMaps, named('read'))).rejects.toMatchObject({
      code: 'kubernetes.answer-invalid',
    });
  });
});

describe('a write', () => {
  test('whose answer was lost is unknown, and not sent again', async () => {
    const { front, cluster } = await throughFront();
    front.rule(first('configmaps/lost', 'lose-answer'));
    await expect(
      cluster.client.apply(configMaps, named('lost'), map('lost')),
    ).rejects.toMatchObject({ code: 'kubernetes.outcome-unknown', class: 'unknown-outcome' });
    expect(count(front, 'PATCH', 'configmaps/lost')).toBe(1);
    expect(await cluster.client.get(configMaps, named('lost'))).not.toBeNull();
  });

  test('that takes too long is unknown, too', async () => {
    const { front, cluster } = await throughFront();
    front.rule(() => 'hang');
    await expect(
      cluster.client.apply(configMaps, named('late'), map('late'), { timeoutMs: 200 }),
    ).rejects.toMatchObject({ code: 'kubernetes.outcome-unknown' });
  });

  test('that is stopped under way is unknown, too', async () => {
    const { front, cluster } = await throughFront();
    const control = new AbortController();
    front.rule(() => {
      setTimeout(() => control.abort(new Error('stopped')), 20);
      return 'hang';
    });
    const { signal } = control;
    await expect(
      cluster.client.apply(configMaps, named('stopped'), map('stopped'), { signal }),
    ).rejects.toMatchObject({ code: 'kubernetes.outcome-unknown' });
  });

  test.each<readonly [string, Fate]>([
    ['a stream that was refused', 'refuse'],
    ['429', { status: 429, headers: { 'retry-after': '1' } }],
    ['503 with the wish to come again', { status: 503, headers: { 'retry-after': '1' } }],
  ])('is sent again after %s: nothing was done', async (name, fate) => {
    const { front, cluster } = await throughFront({ factor: 10 });
    front.rule(first('configmaps/again', fate));
    const { object } = await cluster.client.apply(configMaps, named('again'), map('again'));
    expect([name, object.metadata.name]).toEqual([name, 'again']);
    expect(count(front, 'PATCH', 'configmaps/again')).toBe(2);
  });

  test.each<readonly [string, Fate, string]>([
    ['502', { status: 502 }, 'kubernetes.outcome-unknown'],
    ['504', { status: 504 }, 'kubernetes.outcome-unknown'],
    ['500', { status: 500 }, 'kubernetes.server-error'],
    ['503', { status: 503 }, 'kubernetes.unavailable'],
  ])('is not sent again after %s', async (_, fate, code) => {
    const { front, cluster } = await throughFront({ factor: 10 });
    front.rule(first('configmaps/once', fate));
    await expect(
      cluster.client.apply(configMaps, named('once'), map('once')),
    ).rejects.toMatchObject({ code });
    expect(count(front, 'PATCH', 'configmaps/once')).toBe(1);
  });
});

describe('connections', () => {
  test('that say GOAWAY end in peace, and others take their place', async () => {
    const { front, cluster } = await throughFront();
    await cluster.client.apply(configMaps, named('goaway'), map('goaway'));
    const before = front.asked.at(-1)?.connection;
    const slow = Array.from({ length: 20 }, () => cluster.client.get(configMaps, named('goaway')));
    front.goaway();
    const answers = await Promise.all(slow);
    expect(answers.every((object) => object !== null)).toBe(true);
    await cluster.client.get(configMaps, named('goaway'));
    expect(front.asked.at(-1)?.connection).not.toBe(before);
  });

  test('are few: a hundred calls at once share one', async () => {
    const { wire, cluster } = await overWire(1);
    // The ledger has one for its watch.
    await cluster.ledger.list();
    const before = wire.made;
    const calls = Array.from({ length: 100 }, () => cluster.client.get(configMaps, named('none')));
    await Promise.all(calls);
    expect(wire.made).toBe(before);
  });

  test('of watches are others than those of calls, with 80 watches on each', async () => {
    const { wire, cluster } = await overWire(1);
    await cluster.ledger.list();
    const before = wire.open;
    const control = new AbortController();
    const { resourceVersion } = await cluster.client.list(configMaps, { namespace });
    const begun = Array.from({ length: 100 }, async () => {
      const options = { namespace, resourceVersion, signal: control.signal };
      for await (const _ of cluster.client.watch(configMaps, options)) return;
    });
    await cluster.client.apply(configMaps, named('wakes-all'), map('wakes-all'));
    await Promise.all(begun);
    expect(wire.open).toBe(before + 1);
    control.abort();
  });

  test('that are cut while nobody speaks are made anew', async () => {
    const { wire, cluster } = await overWire(1);
    await cluster.client.get(configMaps, named('none'));
    wire.cut();
    expect(await cluster.client.get(configMaps, named('none'))).toBeNull();
  });

  test('that die without a word are noticed, and calls go on over others', async () => {
    const { wire, cluster } = await overWire(20);
    await cluster.client.get(configMaps, named('none'));
    wire.freeze();
    const made = wire.made;
    await until('the dead ones are given up', async () => wire.open === 0 || wire.made > made);
    wire.thaw();
    expect(await cluster.client.get(configMaps, named('none'))).toBeNull();
  });

  test('over HTTP/1.1 do where nothing newer is spoken, watches included', async () => {
    const { front, cluster } = await throughFront({ isOld: true });
    const { resourceVersion } = await cluster.client.list(configMaps, { namespace });
    const control = new AbortController();
    const seen = (async (): Promise<string> => {
      const options = { namespace, resourceVersion, signal: control.signal };
      for await (const event of cluster.client.watch(configMaps, options))
        if (event.type !== 'BOOKMARK') return event.object.metadata.name;
      return '';
    })();
    await until('the watch has begun', async () => count(front, 'GET', 'watch=true') >= 2);
    const writes = Array.from({ length: 50 }, (_, at) =>
      cluster.client.apply(configMaps, named(`old-${at}`), map(`old-${at}`)),
    );
    await Promise.all(writes);
    expect(await seen).toMatch(/^old-/);
    control.abort();
    expect(new Set(front.asked.map(({ protocol }) => protocol))).toEqual(new Set(['1.1']));
    front.rule(first('configmaps/old-lost', 'lose-answer'));
    await expect(
      cluster.client.apply(configMaps, named('old-lost'), map('old-lost')),
    ).rejects.toMatchObject({ code: 'kubernetes.outcome-unknown' });
  });

  test('that cannot be made are told as such, and the server waited for', async () => {
    const { wire, cluster } = await overWire(10);
    wire.accept(false);
    wire.cut();
    // Until that is known here, a write would be taken for sent.
    await pause(50);
    setTimeout(() => wire.accept(true), 100);
    const { object } = await cluster.client.apply(configMaps, named('waited'), map('waited'));
    expect(object.metadata.name).toBe('waited');
    wire.accept(false);
    wire.cut();
    await expect(
      cluster.client.get(configMaps, named('waited'), { timeoutMs: 2_000 }),
    ).rejects.toMatchObject({ code: 'kubernetes.unavailable', class: 'transient' });
  });
});
