import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  digestOf,
  packChart,
  startChartRepository,
  startRegistry,
  startServer,
} from '../../../test/support/charts.ts';
import { writeTar } from '../../../test/support/tar.ts';
import { unwrap } from '../../model/result.ts';
import { chartsOf, chartsToken, helm, oci, openChart, tokenAuth } from './chart-source.testing.ts';

test('a manifest that is not what its registry says is refused', async () => {
  await using server = await startRegistry(chartsOf('1.0.0'), {
    says: () => `sha256:${'0'.repeat(64)}`,
  });
  const { bench, source } = await openChart(oci(server.origin));
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
      password: chartsToken,
      chartsAt: `${elsewhere.origin}/charts/`,
    });
    const { bench, source } = await openChart(helm(server.origin), { auth: tokenAuth });
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
      password: chartsToken,
      blobsAt: storage.origin,
    });
    const { bench, source } = await openChart(oci(registry.origin), { auth: tokenAuth });
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
    const { bench, source } = await openChart(helm(server.origin));
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
      const { bench, source } = await openChart(helm(server.origin));
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
    const { bench, source } = await openChart(helm(server.origin));
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
    const { bench, source } = await openChart(helm(server.origin));
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
    const { bench, source } = await openChart(helm(server.origin));
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
    const { bench, source } = await openChart(helm(server.origin));
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
    const { bench, source } = await openChart(helm(server.origin));
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({
      ok: false,
      error: { code: 'source.download-too-large' },
    });
  });

  test('a server that says nothing is given up', async () => {
    await using server = await startServer(() => {});
    const { bench, source } = await openChart(helm(server.origin), { timeoutMs: 200 });
    await using _bench = bench;
    expect(await source.fetch()).toMatchObject({ ok: false, error: { code: 'source.timeout' } });
  });
});
