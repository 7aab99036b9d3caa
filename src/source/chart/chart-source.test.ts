import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  digestOf,
  manifestOf,
  packChart,
  startChartRepository,
  startRegistry,
  startServer,
} from '../../../test/support/charts.ts';
import type { ChartVersions } from '../../../test/support/charts.ts';
import { temporaryFolder } from '../../../test/support/git.ts';
import { createSourceBench, sourceConfig } from '../../../test/support/source.ts';
import { writeTar } from '../../../test/support/tar.ts';
import type { ChartConfig, SourceConfig } from '../../model/config.ts';
import { unwrap } from '../../model/result.ts';
import { systemClock } from '../../system/clock.ts';
import type { Source } from '../source.ts';
import { openChartSource } from './chart-source.ts';

const environment = { PATH: process.env['PATH'] ?? '', CHARTS_TOKEN: 'canary-token' };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Opens a chart in a state folder of its own; `again` opens it as a restarted process would. */
async function open(chart: ChartConfig, more: Partial<SourceConfig> = {}) {
  const bench = await createSourceBench(environment);
  const directory = temporaryFolder('fairlead-charts-');
  folders.push(directory);
  const config = { ...sourceConfig({ name: 'shop', url: `${chart.url}/${chart.name}` }), ...more };
  const again = (version = chart.version, digest = chart.digest): Promise<Source> =>
    openChartSource({
      config: { ...config, chart: { ...chart, version, digest } },
      pool: bench.pool,
      clock: systemClock,
      environment,
      directory: join(directory, 'charts'),
    });
  return { bench, again, source: await again() };
}

const helm = (origin: string, version = '*'): ChartConfig => ({
  kind: 'helm',
  url: `${origin}/charts`,
  name: 'shop',
  version,
});
const oci = (origin: string, version = '*'): ChartConfig => ({
  kind: 'oci',
  url: `${origin.replace('http:', 'oci:')}/team/shop`,
  name: 'shop',
  version,
});
const chartsOf = (...versions: readonly string[]): ChartVersions =>
  new Map(versions.map((version) => [version, packChart('shop', version)]));

async function textOf(source: Source): Promise<string> {
  const current = source.status().current;
  if (current === null) throw new Error('nothing is served');
  const bytes = await source.tree(current).read('templates/map.yaml');
  return (
    Buffer.from(bytes ?? '')
      .toString('utf8')
      .match(/text: "(.*)"/)?.[1] ?? ''
  );
}

const token = { kind: 'token', username: 'ada', fromEnv: 'CHARTS_TOKEN' } as const;

describe.each([
  ['a chart repository', startChartRepository.bind(null, 'shop'), helm],
  ['a registry', startRegistry, oci],
])('%s', (_, start, configOf) => {
  test('gives the highest version in the range as a tree, and newer ones as they come', async () => {
    const versions = chartsOf('1.0.0', '1.2.0', '2.0.0', '1.3.0-rc.1');
    await using server = await start(versions);
    const { bench, source } = await open(configOf(server.origin, '^1.0.0'));
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
    const { bench, source, again } = await open(configOf(server.origin));
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
    const { bench, source } = await open(configOf(server.origin));
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
    await using server = await start(chartsOf('1.0.0'), { password: environment.CHARTS_TOKEN });
    const without = await open(configOf(server.origin));
    await using _without = without.bench;
    expect(await without.source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.auth-required' },
    });
    const { bench, source } = await open(configOf(server.origin), { auth: token });
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.0.0');
    expect(JSON.stringify([source.status(), source.config])).not.toContain('canary');
  });

  test('what is not there is an error that says so', async () => {
    await using server = await start(chartsOf('1.0.0'));
    const { bench, source } = await open(configOf(server.origin, '^2.0.0'));
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
    const { bench, source } = await open(oci(server.origin, '1.0.0'));
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.0.0');
    expect(server.requests.filter(({ path }) => path.includes('tags'))).toEqual([]);
  });

  test('is found also where its tag is written with a v, and what there is instead is told', async () => {
    await using server = await startRegistry(chartsOf('v1.0.0'));
    const { bench, source } = await open(oci(server.origin, '1.0.0'));
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('v1.0.0');
    const other = await open(oci(server.origin, '2.0.0'));
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
    const { bench, source } = await open({ ...oci(server.origin, '1.0.0'), digest });
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('1.0.0');
  });

  test('of another version than the one beside it is refused', async () => {
    const other = packChart('shop', '1.1.0');
    await using server = await startRegistry(new Map([['1.1.0', other]]));
    const digest = digestOf(manifestOf(other));
    const { bench, source } = await open({ ...oci(server.origin, '1.0.0'), digest });
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
    const { bench, source } = await open({ ...oci(server.origin, '1.0.0'), digest });
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
    const { bench, source } = await open({ ...helm(server.origin, '1.0.0'), digest });
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject(mismatch);
    await using right = await startChartRepository('shop', new Map([['1.0.0', good]]));
    const other = await open({ ...helm(right.origin, '1.0.0'), digest });
    await using _other = other.bench;
    unwrap(await other.source.fetch());
    expect(await textOf(other.source)).toBe('1.0.0');
    await using silent = await startServer((_, response, path) => {
      const entries = { shop: [{ version: '1.0.0', urls: ['shop.tgz'] }] };
      response.end(path.endsWith('.tgz') ? evil : JSON.stringify({ apiVersion: 'v1', entries }));
    });
    const without = await open({ ...helm(silent.origin, '1.0.0'), digest });
    await using _without = without.bench;
    expect(await without.source.fetch()).toMatchObject(mismatch);
  });

  test('says which content is right where another was taken before', async () => {
    const versions = new Map([['1.0.0', evil]]);
    await using server = await startRegistry(versions);
    const { bench, source, again } = await open(oci(server.origin, '1.0.0'));
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(await textOf(source)).toBe('evil');
    versions.set('1.0.0', good);
    const pinned = await again('1.0.0', digestOf(manifestOf(good)));
    unwrap(await pinned.fetch());
    expect(await textOf(pinned)).toBe('1.0.0');
  });
});

test('a manifest that is not what its registry says is refused', async () => {
  await using server = await startRegistry(chartsOf('1.0.0'), {
    says: () => `sha256:${'0'.repeat(64)}`,
  });
  const { bench, source } = await open(oci(server.origin));
  await using _bench = bench;
  expect(await source.fetch()).toMatchObject({
    ok: false,
    error: { code: 'source.chart-changed' },
  });
});

describe('credentials', () => {
  test('do not follow a chart to another origin', async () => {
    const versions = chartsOf('1.0.0');
    await using elsewhere = await startChartRepository('shop', versions);
    await using server = await startChartRepository('shop', versions, {
      password: environment.CHARTS_TOKEN,
      chartsAt: `${elsewhere.origin}/charts/`,
    });
    const { bench, source } = await open(helm(server.origin), { auth: token });
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(elsewhere.requests).toEqual([
      { path: '/charts/shop-1.0.0.tgz', authorization: undefined },
    ]);
  });

  test('and tokens do not follow a redirect to another origin', async () => {
    const versions = chartsOf('1.0.0');
    await using storage = await startServer((_, response, path) => {
      response.end([...versions.values()].find((one) => path === `/${digestOf(one)}`));
    });
    await using registry = await startRegistry(versions, {
      password: environment.CHARTS_TOKEN,
      blobsAt: storage.origin,
    });
    const { bench, source } = await open(oci(registry.origin), { auth: token });
    await using _bench = bench;
    unwrap(await source.fetch());
    expect(storage.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

describe('hostile servers', () => {
  test.each([
    ['link-local', 'http://169.254.169.254/latest/meta-data'],
    ['link-local in IPv6', 'http://[fe80::1]/x'],
    ['link-local in disguise', 'http://[::ffff:169.254.169.254]/x'],
    ['metadata by name', 'http://metadata.google.internal/x'],
  ])('a redirect to %s addresses is refused', async (_, location) => {
    await using server = await startServer((__, response) => {
      response.writeHead(302, { location }).end();
    });
    const { bench, source } = await open(helm(server.origin));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.url-forbidden' },
    });
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/x'])(
    'a redirect to %s is refused',
    async (to) => {
      await using server = await startServer((__, response) => {
        response.writeHead(302, { location: to }).end();
      });
      const { bench, source } = await open(helm(server.origin));
      await using _bench = bench;
      expect(await source.fetch()).toMatchObject({
        ok: false,
        error: { code: 'source.redirected' },
      });
    },
  );

  test('a redirect in a circle ends', async () => {
    await using server = await startServer((__, response, path) => {
      response.writeHead(302, { location: path }).end();
    });
    const { bench, source } = await open(helm(server.origin));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({ ok: false, error: { code: 'source.redirected' } });
  });

  test('a chart that is not what its index says is refused', async () => {
    const versions = chartsOf('1.0.0');
    await using storage = await startServer((_, response) => {
      response.end(packChart('shop', '1.0.0', 'evil'));
    });
    await using server = await startChartRepository('shop', versions, {
      chartsAt: `${storage.origin}/`,
    });
    const { bench, source } = await open(helm(server.origin));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.chart-changed' },
    });
    expect(source.status().current).toBeNull();
  });

  const file = (name: string) => ({ name, content: 'x' });
  const chart = { name: 'shop/Chart.yaml', content: 'name: shop\n' };
  test.each([
    ['a name that leads out', [chart, file('shop/../../out')]],
    ['an absolute name', [chart, file('/etc/passwd')]],
    ['a backslash', [chart, file('shop\\..\\out')]],
    ['a drive', [chart, file('C:/shop/out')]],
    ['files of Git', [chart, file('shop/.git/config')]],
    ['a symbolic link', [chart, { name: 'shop/link', type: '2', link: '/etc/passwd' }]],
    ['a hard link', [chart, { name: 'shop/link', type: '1', link: 'shop/Chart.yaml' }]],
    ['a device', [chart, { name: 'shop/null', type: '3' }]],
    ['two folders', [chart, file('other/x')]],
    ['a file beside the folder', [chart, file('x')]],
    ['a file twice', [chart, chart]],
    ['a file that is a folder', [chart, file('shop/a'), file('shop/a/b')]],
    ['no Chart.yaml', [file('shop/values.yaml')]],
    ['nothing', []],
  ])('an archive with %s is refused whole', async (_, members) => {
    const versions = new Map([['1.0.0', gzipSync(writeTar(members))]]);
    await using server = await startChartRepository('shop', versions);
    const { bench, source } = await open(helm(server.origin));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.archive-refused' },
    });
    expect(source.status().current).toBeNull();
  });

  test.each([
    ['is no archive', Buffer.from('hello')],
    ['unpacks to more than it may', gzipSync(Buffer.alloc(80 * 2 ** 20))],
    [
      'breaks off',
      gzipSync(
        writeTar([{ name: 'shop/Chart.yaml', content: 'x'.repeat(2_000) }]).subarray(0, 600),
      ),
    ],
  ])('what %s is refused', async (_, bytes) => {
    await using server = await startChartRepository('shop', new Map([['1.0.0', bytes]]));
    const { bench, source } = await open(helm(server.origin));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.archive-refused' },
    });
  });

  test('an answer without end is cut off', async () => {
    await using server = await startServer((_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(2 ** 20)));
        response.once('drain', more);
      };
      more();
    });
    const { bench, source } = await open(helm(server.origin));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.download-too-large' },
    });
  });

  test('a server that says nothing is given up', async () => {
    await using server = await startServer(() => {});
    const { bench, source } = await open(helm(server.origin), { timeoutMs: 200 });
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({ ok: false, error: { code: 'source.timeout' } });
  });
});
