import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConfigLoader } from '../config/loader.ts';
import { systemClock } from '../system/clock.ts';
import { openRenderCache } from './cache/cache.ts';
import { startEnginesWith } from './engines-ahead.ts';
import { createRendererRegistry } from './registry.ts';
import { createSandboxProcess } from './sandbox/process/sandbox-process.ts';
import { testCache, testSeed } from './sandbox/sandbox.testing.ts';
import { createTestRepository } from './tree.testing.ts';
import type { TestRepository } from './tree.testing.ts';

let repository: TestRepository;
let folder: string;
beforeAll(async () => {
  repository = await createTestRepository();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-ahead-'));
});
afterAll(async () => {
  await repository[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const plain = { 'apps/a/page.yaml': 'a: 1\n', 'readme.md': '' };
const overlay = { ...plain, 'apps/b/kustomization.yaml': 'namePrefix: b-\n' };

/** Whether the engines run once the configuration of these files has been read. */
async function startsWith(
  files: Readonly<Record<string, string>>,
  state: string,
): Promise<boolean> {
  await using sandbox = createSandboxProcess({ clock: systemClock, cacheDirectory: testCache });
  const cache = openRenderCache({
    folder: join(folder, state),
    secret: new Uint8Array(32),
    program: '1',
  });
  const loader = startEnginesWith(createConfigLoader(), { sandbox, cache });
  await loader.load(repository.commit(files), null);
  return sandbox.workers > 0;
}

test('the engines start with the first reading of the configuration where there is an overlay', async () => {
  expect(await startsWith(overlay, 'new')).toBe(true);
});

test('they do not start for plain manifests', async () => {
  expect(await startsWith(plain, 'plain')).toBe(false);
});

test('they do not start where what was rendered before is at hand', async () => {
  await using sandbox = createSandboxProcess({ clock: systemClock, cacheDirectory: testCache });
  const cache = openRenderCache({
    folder: join(folder, 'used'),
    secret: new Uint8Array(32),
    program: '1',
  });
  const registry = createRendererRegistry(systemClock, { sandbox, seedOf: testSeed }, cache);
  const tree = repository.commit({
    'app/kustomization.yaml': 'resources: [a.yaml]\n',
    'app/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
  });
  const parameters = { application: 'web', environment: 'dev', timeoutMs: 30_000 };
  expect(await registry.render(tree, 'app', parameters)).toMatchObject({ ok: true });
  expect(await startsWith(overlay, 'used')).toBe(false);
});

test('what started ends again when nothing is rendered', async () => {
  await using sandbox = createSandboxProcess({
    clock: systemClock,
    cacheDirectory: testCache,
    idleMs: 10,
  });
  sandbox.foresee();
  expect(sandbox.workers).toBe(1);
  while (sandbox.workers > 0) await systemClock.sleep(5);
});
