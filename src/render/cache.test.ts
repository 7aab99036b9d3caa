import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tree } from '../source/source.ts';
import { createRenderCache } from './cache.ts';
import type { RenderCache } from './cache.ts';
import { createRendererRegistry } from './registry.ts';
import { createTestRepository } from './tree.testing.ts';
import type { TestRepository } from './tree.testing.ts';

let repository: TestRepository;
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(() => repository[Symbol.asyncDispose]());

const registry = createRendererRegistry();
const parameters = { application: 'web', environment: 'dev', timeoutMs: 60_000 };

const file = (name: string, content = ''): string =>
  `apiVersion: host.fairlead.dev/v1alpha1\nkind: File\nmetadata: {name: ${name}}\nspec: {content: ${content}}\n`;

async function fill(cache: RenderCache, tree: Tree, path = 'app', environment = 'dev') {
  const rendered = await registry.render(tree, path, { ...parameters, environment });
  if (!rendered.ok) throw rendered.error;
  cache.put(path, { ...parameters, environment }, rendered.value);
  return rendered.value;
}

test('a set is found again in a later commit that changed something else', async () => {
  const cache = createRenderCache();
  const first = await fill(cache, repository.commit({ 'app/a.yaml': file('a'), 'b.yaml': 'x: 1' }));
  const later = repository.commit({ 'app/a.yaml': file('a'), 'b.yaml': 'x: 2' });
  expect(await cache.get(later, 'app', parameters)).toBe(first);
});

test('a set is not found when its folder changed, other parameters are asked for, or the folder is gone', async () => {
  const cache = createRenderCache();
  const tree = repository.commit({ 'app/a.yaml': file('a') });
  await fill(cache, tree);
  expect(
    await cache.get(repository.commit({ 'app/a.yaml': file('b') }), 'app', parameters),
  ).toBeNull();
  expect(await cache.get(repository.commit({ 'x.yaml': file('b') }), 'app', parameters)).toBeNull();
  expect(await cache.get(tree, 'app', { ...parameters, environment: 'prod' })).toBeNull();
  expect(await cache.get(tree, 'other', parameters)).toBeNull();
  expect(await cache.get(tree, 'app', { ...parameters, timeoutMs: 1 })).not.toBeNull();
});

test('a set is not found when something behind a link changed', async () => {
  const cache = createRenderCache();
  const link = { link: '../shared.yaml' };
  await fill(cache, repository.commit({ 'app/a.yaml': link, 'shared.yaml': file('a') }));
  const changed = repository.commit({ 'app/a.yaml': link, 'shared.yaml': file('b') });
  expect(await cache.get(changed, 'app', parameters)).toBeNull();
  const escaped = repository.commit({ 'app/a.yaml': { link: '../../out' } });
  expect(await cache.get(escaped, 'app', parameters)).toBeNull();
});

test('going back to an earlier commit finds its set again', async () => {
  const cache = createRenderCache();
  const old = repository.commit({ 'app/a.yaml': file('a', 'old') });
  const first = await fill(cache, old);
  await fill(cache, repository.commit({ 'app/a.yaml': file('a', 'new') }));
  expect(await cache.get(old, 'app', parameters)).toBe(first);
});

test('what is held stays within its bound; the least recently used goes first', async () => {
  const content = 'x'.repeat(10_000);
  const tree = repository.commit({
    'a/a.yaml': file('a', content),
    'b/b.yaml': file('b', content),
    'c/c.yaml': file('c', content),
  });
  const cache = createRenderCache(70_000);
  await fill(cache, tree, 'a');
  await fill(cache, tree, 'b');
  expect(await cache.get(tree, 'a', parameters)).not.toBeNull();
  await fill(cache, tree, 'c');
  expect(cache.bytes).toBeLessThanOrEqual(70_000);
  expect(await cache.get(tree, 'b', parameters)).toBeNull();
  expect(await cache.get(tree, 'a', parameters)).not.toBeNull();
  expect(await cache.get(tree, 'c', parameters)).not.toBeNull();
});

test('a set larger than the whole cache is not kept', async () => {
  const cache = createRenderCache(100);
  const tree = repository.commit({ 'app/a.yaml': file('a', 'x'.repeat(1000)) });
  await fill(cache, tree);
  expect(cache.bytes).toBe(0);
  expect(await cache.get(tree, 'app', parameters)).toBeNull();
});
