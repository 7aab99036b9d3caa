import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createKustomizeRenderer } from '../kustomize/renderer.ts';
import type { RenderResult } from '../renderer.ts';
import { createTestRepository } from '../tree.testing.ts';
import type { TestFile, TestRepository } from '../tree.testing.ts';
import { createTestSandbox, testSeed } from './sandbox.testing.ts';

// Each makes threads anew, of which some have to use up their limit; on a machine under load that takes its time.
vi.setConfig({ testTimeout: 120_000 });

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
const map = (more = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n${more}`;

const render = (files: Record<string, TestFile>, timeoutMs = 30_000): Promise<RenderResult> =>
  renderer.render(repository.commit(files), 'app', {
    application: 'web',
    environment: 'dev',
    timeoutMs,
  });

const overlay = (resource: string): Record<string, string> => ({
  'app/kustomization.yaml': 'resources: [a.yaml]\n',
  'app/a.yaml': resource,
});

/** A chain of overlays, each on the one before. */
function chain(length: number): Record<string, string> {
  const files: Record<string, string> = overlay(map());
  files['app/kustomization.yaml'] = 'resources: [../o1]\n';
  for (let at = 1; at < length; at++) {
    files[`o${at}/kustomization.yaml`] =
      at === length - 1 ? 'resources: [last.yaml]\n' : `resources: [../o${at + 1}]\n`;
  }
  files[`o${length - 1}/last.yaml`] = map();
  return files;
}

const laughs = 'bcdefghij'
  .split('')
  .reduce(
    (text, name) =>
      `${text}  ${name}: &${name} [${`*${previous(name)}, `.repeat(9)}*${previous(name)}]\n`,
    'data:\n  a: &a [lol, lol]\n',
  );
function previous(name: string): string {
  return String.fromCodePoint((name.codePointAt(0) ?? 0) - 1);
}

test.each([
  ['aliases that expand to billions', overlay(map(laughs))],
  ['YAML that is nested a hundred thousand deep', overlay(map(`data: ${'['.repeat(100_000)}`))],
  ['an overlay on itself', { 'app/kustomization.yaml': 'resources: [../app]\n' }],
  [
    'two overlays on one another',
    {
      'app/kustomization.yaml': 'resources: [../other]\n',
      'other/kustomization.yaml': 'resources: [../app]\n',
    },
  ],
  [
    'a component in itself',
    {
      'app/kustomization.yaml': 'components: [../part]\n',
      'part/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: [../part]\n',
    },
  ],
])('%s: only that application fails, and the next one renders', async (_, files) => {
  const result = await render(files, 10_000);
  expect(result).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^render\./) } });
  expect(await render(overlay(map()))).toMatchObject({ ok: true });
});

test('a hundred overlays on one another are no trouble', async () => {
  expect(await render(chain(100))).toMatchObject({ ok: true, value: { manifests: [{}] } });
});

test('more than 64 MiB of files are refused', { timeout: 60_000 }, async () => {
  const files: Record<string, TestFile> = {};
  const names = Array.from({ length: 14 }, (_, at) => `big-${at}.txt`);
  for (const name of names) files[`app/${name}`] = 'a'.repeat(5_000_000);
  files['app/kustomization.yaml'] =
    `configMapGenerator: [{name: a, files: [${names.join(', ')}]}]\n`;
  const result = await render(files);
  expect(result.ok ? 'ok' : result.error.code).toMatch(/^render\.(?:too-large|memory)$/);
  expect(await render(overlay(map()))).toMatchObject({ ok: true });
});
