import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { createKustomizeRenderer } from '../../src/render/kustomize/renderer.ts';
import { createTestSandbox, testSeed } from '../../src/render/sandbox/sandbox.testing.ts';
import { createTestRepository } from '../../src/render/tree.testing.ts';
import type { TestRepository } from '../../src/render/tree.testing.ts';
import { parityCases } from './case.ts';
import { canonical, nativeFails, nativePath, runNative } from './native.ts';

let repository: TestRepository;
const sandbox = createTestSandbox();
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});

const renderer = createKustomizeRenderer({ sandbox, seedOf: testSeed });
const parameters = { application: 'web', environment: 'dev', timeoutMs: 30_000 };
const { work, fail } = parityCases('overlays');

test.each(work)('overlay %s', async (_, { files, options }) => {
  const path = pathOf(options);
  const rendered = await renderer.render(repository.commit(files), path, parameters);
  if (!rendered.ok) throw rendered.error;
  const bodies = rendered.value.manifests.map(({ body }) => body);
  expect(bodies.length).toBeGreaterThan(0);
  expect(canonical(bodies)).toEqual(runNative('kustomize', argsFor(path), repository.folder));
});

test.each(fail)('overlay %s, here as there', async (_, { files, options }) => {
  const path = pathOf(options);
  const rendered = await renderer.render(repository.commit(files), path, parameters);
  expect(rendered).toMatchObject({
    ok: false,
    error: { code: expect.stringMatching(/^render\./) },
  });
  expect(nativeFails('kustomize', argsFor(path), repository.folder)).toBe(true);
});

function pathOf(options: JsonObject): string {
  return typeof options['path'] === 'string' ? options['path'] : 'app';
}

function argsFor(path: string): readonly string[] {
  const flags = ['--load-restrictor=LoadRestrictionsNone', '--enable-helm'];
  return ['build', ...flags, `--helm-command=${nativePath('helm')}`, path === '' ? '.' : path];
}
