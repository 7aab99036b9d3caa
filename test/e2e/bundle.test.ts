import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpBench } from '../support/http-bench.ts';
import type { HttpBench } from '../support/http-bench.ts';

/** A site that never reaches its repository lives on bundles that somebody carries there. */

let bench: HttpBench;
beforeEach(async () => {
  bench = await createHttpBench();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

function bundle(name: string, ...what: readonly string[]): string {
  const file = join(bench.out, '..', name);
  bench.checkout.git('bundle', 'create', '--quiet', file, ...what);
  return file;
}

test('a site without network is fed by bundles, one after the other', async () => {
  bench.checkout.commit({ 'site/page.yaml': bench.page('one') });
  await bench.server.off();
  await bench.start();
  await bench.source('the outage', ({ failing, current }) => failing !== null && current === null);

  const first = await bench.run('import', bundle('first.bundle', 'HEAD', 'main'));
  expect([first.code, first.stderr]).toEqual([0, '']);
  await bench.live('one');

  const before = bench.checkout.git('rev-parse', 'HEAD');
  const commit = bench.checkout.commit({ 'site/page.yaml': bench.page('two') });
  const next = bundle('next.bundle', `${before}..main`, 'HEAD');
  const second = await bench.run('import', next, '-o', 'json');
  expect(JSON.parse(second.stdout)).toMatchObject({ item: { current: { commit } } });
  await bench.live('two');

  const { stdout } = await bench.run('events', '--type', 'source.imported', '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({ items: [{ actor: 'ada' }, { actor: 'ada' }] });
});

test('a damaged bundle, one of another branch, and none at all change nothing', async () => {
  bench.checkout.commit({ 'site/page.yaml': bench.page('one') });
  await bench.server.off();
  await bench.start();
  await bench.run('import', bundle('first.bundle', 'HEAD', 'main'));
  await bench.live('one');

  const damaged = join(bench.out, '..', 'damaged.bundle');
  writeFileSync(damaged, '# v2 git bundle\nnot really\n');
  bench.checkout.git('switch', '--quiet', '--create', 'other');
  bench.checkout.commit({ 'site/page.yaml': bench.page('other') });
  const other = bundle('other.bundle', 'main..other');
  for (const [file, code] of [
    [damaged, 'source.bundle-invalid'],
    [`${damaged}.none`, 'source.bundle-invalid'],
    [other, 'source.reference-not-found'],
  ] as const) {
    const refused = await bench.run('import', file);
    expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining(code)]);
  }
  expect(bench.content()).toBe('one');
  expect((await bench.api.applications())[0]?.sync).toBe('Synced');
});
