import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Tree } from '../../source/source.ts';
import { createRendererRegistry } from '../registry.ts';
import type { RenderParameters } from '../renderer.ts';
import { createTestRepository } from '../tree.testing.ts';
import type { TestRepository } from '../tree.testing.ts';
import { cached } from './cached.ts';
import { openRenderCache } from './cache.ts';
import type { RenderCache, RenderCacheOptions } from './cache.ts';

let repository: TestRepository;
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(() => repository[Symbol.asyncDispose]());
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-renders-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const registry = createRendererRegistry();
const parameters: RenderParameters = { application: 'web', environment: 'dev', timeoutMs: 60_000 };
const secret = new Uint8Array(32).fill(1);
const open = (more: Partial<RenderCacheOptions> = {}): RenderCache =>
  openRenderCache({ folder, secret, program: '1', ...more });
const get = (cache: RenderCache, tree: Tree, path = 'app', more: Partial<RenderParameters> = {}) =>
  cache.get(tree, 'plain', path, { ...parameters, ...more });

const file = (name: string, content = ''): string =>
  `apiVersion: host.fairlead.dev/v1alpha1\nkind: File\nmetadata: {name: ${name}}\nspec: {content: ${content}}\n`;

async function fill(cache: RenderCache, tree: Tree, path = 'app', more: object = {}) {
  const rendered = await registry.render(tree, path, parameters);
  if (!rendered.ok) throw rendered.error;
  await cache.put('plain', path, parameters, { ...rendered.value, ...more });
  return { ...rendered.value, ...more };
}

test('a set is found again in a later commit that changed something else, also after a restart', async () => {
  const first = await fill(
    open(),
    repository.commit({ 'app/a.yaml': file('a'), 'b.yaml': 'x: 1' }),
  );
  const later = repository.commit({ 'app/a.yaml': file('a'), 'b.yaml': 'x: 2' });
  expect(await get(open(), later)).toEqual(first);
});

test('a set is not found when its folder changed, other parameters are asked for, or the folder is gone', async () => {
  const cache = open();
  const tree = repository.commit({ 'app/a.yaml': file('a') });
  await fill(cache, tree);
  expect(await get(cache, repository.commit({ 'app/a.yaml': file('b') }))).toBeNull();
  expect(await get(cache, repository.commit({ 'x.yaml': file('b') }))).toBeNull();
  expect(await get(cache, tree, 'app', { environment: 'prod' })).toBeNull();
  expect(await get(cache, tree, 'other')).toBeNull();
  const seed = { name: 'web', environment: 'dev', generation: 1, clockMs: null };
  expect(await get(cache, tree, 'app', { seed })).toBeNull();
  expect(await get(cache, tree, 'app', { timeoutMs: 1 })).not.toBeNull();
});

test('a set of another program, engine or renderer is not found', async () => {
  const tree = repository.commit({ 'app/a.yaml': file('a') });
  await fill(open(), tree);
  expect(await get(open({ program: '2' }), tree)).toBeNull();
  expect(await open().get(tree, 'helm', 'app', parameters)).toBeNull();
});

test('a set is not found when something behind a link changed', async () => {
  const cache = open();
  const link = { link: '../shared.yaml' };
  await fill(cache, repository.commit({ 'app/a.yaml': link, 'shared.yaml': file('a') }));
  const changed = repository.commit({ 'app/a.yaml': link, 'shared.yaml': file('b') });
  expect(await get(cache, changed)).toBeNull();
  const escaped = repository.commit({ 'app/a.yaml': { link: '../../out' } });
  expect(await get(cache, escaped)).toBeNull();
});

test('going back to an earlier commit finds its set again', async () => {
  const cache = open();
  const old = repository.commit({ 'app/a.yaml': file('a', 'old') });
  const first = await fill(cache, old);
  await fill(cache, repository.commit({ 'app/a.yaml': file('a', 'new') }));
  expect(await get(cache, old)).toEqual(first);
});

test('only a chart that reads the capabilities of the cluster depends on them', async () => {
  const cache = open();
  const tree = repository.commit({ 'app/a.yaml': file('a') });
  const newer = { kubeVersion: 'v1.36.0', apiVersions: ['v1'] };
  await fill(cache, tree);
  expect(await get(cache, tree, 'app', { capabilities: newer })).not.toBeNull();
  const reading = repository.commit({ 'app/a.yaml': file('a', 'reads') });
  await fill(cache, reading, 'app', { usesCapabilities: true });
  expect(await get(cache, reading)).not.toBeNull();
  expect(await get(cache, reading, 'app', { capabilities: newer })).toBeNull();
});

const filesOf = (): readonly string[] => readdirSync(folder).map((name) => join(folder, name));

test('a byte that was changed anywhere in a file is a miss', async () => {
  const tree = repository.commit({ 'app/a.yaml': file('a') });
  await fill(open(), tree);
  const [path = ''] = filesOf();
  const good = readFileSync(path);
  for (let at = 0; at < good.length; at += 7) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 1;
    writeFileSync(path, bad);
    expect(await get(open(), tree)).toBeNull();
  }
  writeFileSync(path, good.subarray(0, -1));
  expect(await get(open(), tree)).toBeNull();
  writeFileSync(path, good);
  expect(await get(open(), tree)).not.toBeNull();
  expect(await get(open({ secret: new Uint8Array(32).fill(2) }), tree)).toBeNull();
});

test('a file that was put in the place of another is a miss', async () => {
  const tree = repository.commit({ 'app/a.yaml': file('a'), 'b/a.yaml': file('b') });
  await fill(open(), tree, 'app');
  const [first = ''] = filesOf();
  await fill(open(), tree, 'b');
  const second = filesOf().find((one) => one !== first) ?? '';
  writeFileSync(first, readFileSync(second));
  expect(await get(open(), tree, 'app')).toBeNull();
});

test('what was rendered is not to be read in the folder', async () => {
  const tree = repository.commit({ 'app/a.yaml': file('a', 'canary-of-a-secret') });
  await fill(open(), tree);
  for (const path of filesOf()) {
    expect(readFileSync(path).includes('canary')).toBe(false);
    expect(path).not.toContain('web');
  }
});

test('what is held stays within its bound; the least recently used goes first', async () => {
  const content = 'x'.repeat(10_000);
  const tree = repository.commit({
    'a/a.yaml': file('a', content),
    'b/b.yaml': file('b', content),
    'c/c.yaml': file('c', content),
  });
  const cache = open({ maxBytes: 25_000 });
  await fill(cache, tree, 'a');
  await fill(cache, tree, 'b');
  expect(await get(cache, tree, 'a')).not.toBeNull();
  await fill(cache, tree, 'c');
  expect(await cache.bytes()).toBeLessThanOrEqual(25_000);
  expect(await get(cache, tree, 'b')).toBeNull();
  expect(await get(cache, tree, 'a')).not.toBeNull();
  expect(await get(cache, tree, 'c')).not.toBeNull();
  expect(filesOf()).toHaveLength(2);
});

test('of one application no more than four versions are kept', async () => {
  const cache = open();
  for (let at = 0; at < 6; at++) {
    await fill(cache, repository.commit({ 'app/a.yaml': file('a', `v${at}`) }));
  }
  expect(filesOf()).toHaveLength(4);
});

test('a set larger than the whole cache is not kept, and a folder that cannot be written is no trouble', async () => {
  const tree = repository.commit({ 'app/a.yaml': file('a', 'x'.repeat(1000)) });
  const small = open({ maxBytes: 100 });
  await fill(small, tree);
  expect(await small.bytes()).toBe(0);
  writeFileSync(join(folder, 'file'), '');
  const blocked = open({ folder: join(folder, 'file') });
  await fill(blocked, tree);
  expect(await get(blocked, tree)).toBeNull();
});

test('a set that looked into the cluster is found while that answers the same, and is not kept where none could', async () => {
  const cache = open();
  const tree = repository.commit({ 'app/a.yaml': file('a') });
  const lookup = { apiVersion: 'v1', kind: 'Secret', namespace: 'ns', name: 's' };
  let answer = 'first';
  const asked: unknown[] = [];
  const lookUp: NonNullable<RenderParameters['lookUp']> = async (one) => {
    asked.push(one);
    return { kind: 'found', object: { data: { a: answer } } };
  };
  let renders = 0;
  const renderer = cached(
    {
      name: 'plain',
      render: async (at, path, given) => {
        renders += 1;
        await given.lookUp?.(lookup);
        const rendered = await registry.render(at, path, given);
        return rendered.ok
          ? { ok: true, value: { ...rendered.value, isCheap: false, lookups: [lookup] } }
          : rendered;
      },
    },
    cache,
  );
  const render = (more: Partial<RenderParameters> = { lookUp }) =>
    renderer.render(tree, 'app', { ...parameters, ...more });
  const first = await render();
  expect(await render()).toEqual(first);
  expect([renders, asked.length]).toEqual([1, 2]);
  answer = 'second';
  await render();
  expect(renders).toBe(2);
  answer = 'first';
  await render();
  expect(renders).toBe(2);
  await render({});
  await render({});
  expect(renders).toBe(4);
});

test('a small folder of plain manifests is read anew rather than kept, a large one is kept', async () => {
  const cache = open();
  const kept = createRendererRegistry(undefined, undefined, cache);
  const large = Array.from({ length: 20 }, (_, at) => file(`f${at}`, 'x'.repeat(1_000)));
  const tree = repository.commit({
    'small/a.yaml': file('a'),
    'large/a.yaml': large.join('---\n'),
  });
  await kept.render(tree, 'small', parameters);
  expect(await cache.bytes()).toBe(0);
  const first = await kept.render(tree, 'large', parameters);
  expect(await cache.bytes()).toBeGreaterThan(0);
  expect(await kept.render(tree, 'large', parameters)).toEqual(first);
});
