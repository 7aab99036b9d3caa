import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { configuration, createEngineBench, type EngineBench } from '../../test/support/engine.ts';
import { createTestRepository, runGit } from '../../test/support/git.ts';
import type { ClusterCapabilities, Lookup } from '../model/cluster.ts';
import { createTestSandbox, testSeed } from '../render/sandbox/sandbox.testing.ts';
import { targetUnavailable } from './errors.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());
const engines = { sandbox, seedOf: testSeed };

/** A chart with one file, whose content is this template. */
function chart(bench: EngineBench, content: string, folder = 'shop'): Record<string, string> {
  const file = JSON.parse(bench.file('a', '')) as { spec: object };
  return {
    [`${folder}/Chart.yaml`]: 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    [`${folder}/templates/a.yaml`]: JSON.stringify({ ...file, spec: { ...file.spec, content } }),
    [`${folder}/templates/NOTES.txt`]: 'Thank you for {{ .Release.Name }}.\n',
  };
}

/** Generous, for a machine under load. */
const slowly = { timeout: 30_000, interval: 50 };

describe('several sources', () => {
  const source = (name: string, url: string): string =>
    JSON.stringify({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Source',
      metadata: { name },
      spec: { url, interval: '1s' },
    });

  test('a chart from one with values of another: a commit to either goes live', async () => {
    await using bench = await createEngineBench({ engines });
    const charts = createTestRepository();
    try {
      charts.commit(chart(bench, '{{ .Values.text }} 1'));
      const spec = {
        source: 'charts',
        sources: { own: {} },
        helm: { valuesFiles: ['$own/values/{environment}.yaml'] },
      };
      await bench.push({
        'fairlead.yaml': `${configuration({ shop: spec })}\n---\n${source('charts', charts.directory)}`,
        'values/dev.yaml': 'text: first\n',
      });
      expect(bench.read('a')).toBe('first 1');
      const values = await bench.push({ 'values/dev.yaml': 'text: second\n' });
      expect(bench.read('a')).toBe('second 1');
      const newest = charts.commit(chart(bench, '{{ .Values.text }} 2'));
      await bench.engine.once(new AbortController().signal);
      expect(bench.read('a')).toBe('second 2');
      const detail = await bench.api.application({ application: 'shop', environment: 'dev' });
      expect(detail.live.map(({ source, commit }) => [source, commit])).toEqual([
        ['charts', newest],
        ['', values],
      ]);
      // A commit that no values are in concerns it not.
      const before = (await bench.store.releases({})).length;
      await bench.push({ 'other/file.txt': 'x' });
      expect((await bench.store.releases({})).length).toBe(before);
    } finally {
      charts.remove();
    }
  });

  test('one that fails is told once for each reason that it has', async () => {
    await using bench = await createEngineBench({ engines });
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-source-'));
    const url = join(folder, 'later');
    const told = async () =>
      (await bench.api.events({ afterSeq: 0, limit: 1_000 })).flatMap(({ type, data }) =>
        type === 'source.unreachable' ? [data['code']] : [],
      );
    try {
      await bench.push({ 'fairlead.yaml': `${configuration({})}\n---\n${source('later', url)}` });
      await bench.engine.once(new AbortController().signal);
      expect(await told()).toEqual(['source.not-found']);
      mkdirSync(url);
      runGit(url, ['init', '--quiet']);
      for (const _ of [1, 2]) await bench.engine.once(new AbortController().signal);
      expect(await told()).toEqual(['source.not-found', 'source.empty']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('one that cannot be fetched is named by whatever needs it, with what is wrong with it', async () => {
    await using bench = await createEngineBench({ engines });
    await bench.push({
      ...chart(bench, 'x'),
      'fairlead.yaml': `${configuration({ shop: { path: 'shop', sources: { gone: { source: 'gone' } } } })}\n---\n${source('gone', '/nowhere/charts')}`,
    });
    const request = { application: 'shop', environment: 'dev', revision: null };
    for (const asked of [
      bench.api.render(request),
      bench.api.check(request),
      bench.api.plan(request),
    ])
      await expect(asked).rejects.toMatchObject({
        code: 'source.not-ready',
        message: expect.stringContaining('/nowhere/charts'),
        resource: 'Source/gone',
      });
  });

  test('one that is changed is asked at once, not after its old interval', async () => {
    await using bench = await createEngineBench({ engines, engine: { continuous: true } });
    const charts = createTestRepository();
    const stop = new AbortController();
    const every = (interval: string): string =>
      source('charts', charts.directory).replace('"1s"', JSON.stringify(interval));
    const document = (interval: string) => ({
      'fairlead.yaml': `${configuration({ shop: { source: 'charts' } })}\n---\n${every(interval)}`,
    });
    try {
      charts.commit(chart(bench, 'first'));
      bench.repository.commit(document('24h'));
      const running = bench.engine.run(stop.signal);
      await expect.poll(() => bench.read('a'), slowly).toBe('first');
      charts.commit(chart(bench, 'second'));
      bench.repository.commit(document('12h'));
      await expect.poll(() => bench.read('a'), slowly).toBe('second');
      stop.abort();
      await running;
    } finally {
      stop.abort();
      charts.remove();
    }
  });

  test('a rollback goes back in all of them', async () => {
    await using bench = await createEngineBench({ engines });
    const charts = createTestRepository();
    try {
      charts.commit(chart(bench, '{{ .Values.text }}'));
      const spec = {
        source: 'charts',
        sources: { own: {} },
        helm: { valuesFiles: ['$own/v.yaml'] },
      };
      await bench.push({
        'fairlead.yaml': `${configuration({ shop: spec })}\n---\n${source('charts', charts.directory)}`,
        'v.yaml': 'text: first\n',
      });
      await bench.push({ 'v.yaml': 'text: second\n' });
      await bench.api.rollback({
        application: 'shop',
        environment: 'dev',
        to: null,
        actor: 'ada',
        reason: '',
        expiresAtMs: null,
        approve: null,
      });
      expect(bench.read('a')).toBe('first');
    } finally {
      charts.remove();
    }
  });

  test('a source that a path names and the application does not is not there', async () => {
    await using bench = await createEngineBench({ engines });
    await bench.push({
      'fairlead.yaml': configuration({ shop: { helm: { valuesFiles: ['$other/v.yaml'] } } }),
      ...chart(bench, 'x'),
    });
    expect(bench.state('shop@dev')).toMatch(/^failed/);
  });
});

describe('what the target can do', () => {
  const say = '{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has `a/v1` }}';
  const spec = { 'fairlead.yaml': configuration({ shop: {} }) };

  test('is told to charts, and a change of it goes live with the next look', async () => {
    let capabilities: ClusterCapabilities = { kubeVersion: 'v1.33.1', apiVersions: ['v1'] };
    await using bench = await createEngineBench({
      engines,
      target: (target) => ({ ...target, capabilities: async () => capabilities }),
    });
    await bench.push({ ...spec, ...chart(bench, say) });
    expect(bench.read('a')).toBe('v1.33.1 false');
    capabilities = { kubeVersion: 'v1.34.0', apiVersions: ['a/v1', 'v1'] };
    await bench.look('shop@dev');
    expect(bench.read('a')).toBe('v1.34.0 true');
  });

  test('matters only to charts that read it: where it cannot be asked, others render all the same', async () => {
    await using bench = await createEngineBench({
      engines,
      target: (target) => ({
        ...target,
        capabilities: async () => {
          throw targetUnavailable({ message: 'the cluster does not answer' });
        },
      }),
    });
    await bench.push({ ...spec, ...chart(bench, 'plain') });
    expect(bench.read('a')).toBe('plain');
    await bench.push(chart(bench, say));
    expect(bench.read('a')).toBe('plain');
    expect(
      (await bench.api.application({ application: 'shop', environment: 'dev' })).error,
    ).toMatchObject({
      message: 'the cluster does not answer',
    });
  });

  test('what templates look up is what the target has, each time anew', async () => {
    let found = 'one';
    const asked: Lookup[] = [];
    await using bench = await createEngineBench({
      engines,
      target: (target) => ({
        ...target,
        lookUp: async (lookup) => {
          asked.push(lookup);
          return { kind: 'found', object: { data: { a: found } } };
        },
      }),
    });
    const look = '{{ (lookup `v1` `ConfigMap` `ns` `m`).data.a }}';
    await bench.push({ ...spec, ...chart(bench, look) });
    expect(bench.read('a')).toBe('one');
    found = 'two';
    await bench.look('shop@dev');
    expect(bench.read('a')).toBe('two');
    expect(asked[0]).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'm' });
  });
});

test('notes of a chart are shown with the application and by render, values of Secrets are not', async () => {
  await using bench = await createEngineBench({ engines });
  await bench.push({ 'fairlead.yaml': configuration({ shop: {} }), ...chart(bench, 'x') });
  const key = { application: 'shop', environment: 'dev' };
  expect((await bench.api.application(key)).notes).toBe('Thank you for shop.\n');
  await bench.push({
    'shop/templates/s.yaml':
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {p: Y2FuYXJ5}\nstringData: {q: canary}\n',
  });
  const [view] = await bench.api.render({ ...key, revision: null });
  expect(view).toMatchObject({ target: 'here', notes: 'Thank you for shop.\n' });
  expect(JSON.stringify(view)).not.toMatch(/canary|Y2FuYXJ5/);
  expect(JSON.stringify(view)).toContain('"p":"(hidden)"');
});
