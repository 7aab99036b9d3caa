import { describe, expect, test } from 'vitest';
import {
  digestOf,
  manifestOf,
  packChart,
  startChartRepository,
  startRegistry,
  startServer,
} from '../../../test/support/charts.ts';
import { unwrap } from '../../model/result.ts';
import {
  chartsOf,
  chartsToken,
  helm,
  oci,
  openChart,
  textOf,
  tokenAuth,
} from './chart-source.testing.ts';

describe.each([
  ['a chart repository', startChartRepository.bind(null, 'shop'), helm],
  ['a registry', startRegistry, oci],
])('%s', (_, start, configOf) => {
  test('gives the highest version in the range as a tree, and newer ones as they come', async () => {
    const versions = chartsOf('1.0.0', '1.2.0', '2.0.0', '1.3.0-rc.1');
    await using server = await start(versions);
    const { bench, source } = await openChart(configOf(server.origin, '^1.0.0'));
    await using _bench = bench;
    expect(source.status().current).toBeNull();
    const first = unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.2.0');
    expect(await source.tree(first).list('')).toMatchObject([
      { name: 'Chart.yaml' },
      { name: 'templates', kind: 'folder' },
      { name: 'values.yaml' },
    ]);
    const asked = server.requests.length;
    expect(unwrap(await source.fetch())).toEqual(first);
    expect(server.requests.slice(asked).filter(({ path }) => /\.tgz|blobs/.test(path))).toEqual([]);

    versions.set('1.4.0+build.1', packChart('shop', '1.4.0+build.1'));
    const second = unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.4.0+build.1');
    expect(await source.changedPaths(first.commit, second.commit)).toEqual([
      'Chart.yaml',
      'templates/map.yaml',
    ]);
  });

  test('what was pulled stays when the server is gone, also after a restart, and can be gone back to', async () => {
    const versions = chartsOf('1.0.0');
    const server = await start(versions);
    const { bench, source, again } = await openChart(configOf(server.origin));
    await using _bench = bench;
    const first = unwrap(await source.fetch());
    versions.set('1.1.0', packChart('shop', '1.1.0'));
    unwrap(await source.fetch());
    await server[Symbol.asyncDispose]();
    await bench.restart();
    const later = await again();
    expect(await textOf(later)).toBe('1.1.0');
    const failed = await later.fetch();
    expect(failed).toMatchObject({ ok: false, error: { code: 'source.unreachable' } });
    expect(later.status().failing).toMatchObject({ code: 'source.unreachable' });
    expect(await textOf(later)).toBe('1.1.0');
    const old = unwrap(await later.resolve(first.commit));
    const bytes = await later.tree(old).read('Chart.yaml');
    expect(Buffer.from(bytes ?? '').toString('utf8')).toContain('version: 1.0.0');
  });

  test('a version that has other content than before is refused, and what was taken stays', async () => {
    const versions = chartsOf('1.0.0');
    await using server = await start(versions);
    const { bench, source } = await openChart(configOf(server.origin));
    await using _bench = bench;
    unwrap(await source.fetch());
    versions.set('1.0.0', packChart('shop', '1.0.0', 'another'));
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.chart-changed' },
    });
    expect(await textOf(source)).toBe('1.0.0');
  });

  test('credentials are asked for, used, and not shown', async () => {
    await using server = await start(chartsOf('1.0.0'), { password: chartsToken });
    const without = await openChart(configOf(server.origin));
    await using _without = without.bench;
    expect(await without.source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.auth-required' },
    });
    const { bench, source } = await openChart(configOf(server.origin), { auth: tokenAuth });
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.0.0');
    expect(JSON.stringify([source.status(), source.config])).not.toContain('canary');
  });

  test('what is not there is an error that says so', async () => {
    await using server = await start(chartsOf('1.0.0'));
    const { bench, source } = await openChart(configOf(server.origin, '^2.0.0'));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.reference-not-found', message: expect.stringContaining('1.0.0') },
    });
  });
});

describe('a version that is named exactly', () => {
  test('is asked for by its tag, without looking at the others', async () => {
    await using server = await startRegistry(chartsOf('1.0.0', '1.1.0'));
    const { bench, source } = await openChart(oci(server.origin, '1.0.0'));
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.0.0');
    expect(server.requests.filter(({ path }) => path.includes('tags'))).toEqual([]);
  });

  test('is found also where its tag is written with a v, and what there is instead is told', async () => {
    await using server = await startRegistry(chartsOf('v1.0.0'));
    const { bench, source } = await openChart(oci(server.origin, '1.0.0'));
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('v1.0.0');
    const other = await openChart(oci(server.origin, '2.0.0'));
    await using _other = other.bench;
    expect(await other.source.fetch()).toMatchObject({
      error: { code: 'source.reference-not-found', message: expect.stringContaining('v1.0.0') },
    });
  });
});

describe('a digest in the configuration', () => {
  const good = packChart('shop', '1.0.0');
  const evil = packChart('shop', '1.0.0', 'evil');
  const mismatch = { ok: false, error: { code: 'source.digest-mismatch' } };

  test('of a registry holds, wherever the tag points meanwhile', async () => {
    await using server = await startRegistry(new Map([['1.0.0', evil]]), { untagged: [good] });
    const digest = digestOf(manifestOf(good));
    const { bench, source } = await openChart({ ...oci(server.origin, '1.0.0'), digest });
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.0.0');
  });

  test('of another version than the one beside it is refused', async () => {
    const other = packChart('shop', '1.1.0');
    await using server = await startRegistry(new Map([['1.1.0', other]]));
    const digest = digestOf(manifestOf(other));
    const { bench, source } = await openChart({ ...oci(server.origin, '1.0.0'), digest });
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject(mismatch);
    expect(source.status().current).toBeNull();
  });

  test('that a registry answers with other bytes takes nothing', async () => {
    const digest = digestOf(manifestOf(good));
    await using server = await startServer((_, response, path) => {
      if (path.includes('/manifests/')) {
        response.setHeader('docker-content-digest', digest);
        response.end(manifestOf(evil));
      } else response.end(path.includes('/blobs/') ? evil : '{}');
    });
    const { bench, source } = await openChart({ ...oci(server.origin, '1.0.0'), digest });
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject(mismatch);
    expect(source.status()).toMatchObject({
      current: null,
      failing: { code: 'source.digest-mismatch', hint: expect.stringContaining('digest') },
    });
  });

  test('of a chart repository is compared with its index and with what comes', async () => {
    await using server = await startChartRepository('shop', new Map([['1.0.0', evil]]));
    const digest = digestOf(good);
    const { bench, source } = await openChart({ ...helm(server.origin, '1.0.0'), digest });
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject(mismatch);
    await using right = await startChartRepository('shop', new Map([['1.0.0', good]]));
    const other = await openChart({ ...helm(right.origin, '1.0.0'), digest });
    await using _other = other.bench;
    unwrap(await other.source.fetch());
    expect(await textOf(other.source)).toBe('1.0.0');
    await using silent = await startServer((_, response, path) => {
      const entries = { shop: [{ version: '1.0.0', urls: ['shop.tgz'] }] };
      response.end(path.endsWith('.tgz') ? evil : JSON.stringify({ apiVersion: 'v1', entries }));
    });
    const without = await openChart({ ...helm(silent.origin, '1.0.0'), digest });
    await using _without = without.bench;
    expect(await without.source.fetch()).toMatchObject(mismatch);
  });

  test('says which content is right where another was taken before', async () => {
    const versions = new Map([['1.0.0', evil]]);
    await using server = await startRegistry(versions);
    const { bench, source, again } = await openChart(oci(server.origin, '1.0.0'));
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('evil');
    versions.set('1.0.0', good);
    const pinned = await again('1.0.0', digestOf(manifestOf(good)));
    unwrap(await pinned.fetch());
    expect(await textOf(pinned)).toBe('1.0.0');
  });
});
