import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HelmConfig } from '../../src/model/config.ts';
import { createHelmRenderer } from '../../src/render/helm/renderer.ts';
import { createTestSandbox, testSeed } from '../../src/render/sandbox/sandbox.testing.ts';
import { helmSettings } from '../../src/render/sandbox/settings.ts';
import { createTestRepository } from '../../src/render/tree.testing.ts';
import type { TestRepository } from '../../src/render/tree.testing.ts';
import { parityCases } from './case.ts';
import { canonical, nativeFails, runNative } from './native.ts';

let repository: TestRepository;
const sandbox = createTestSandbox();
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});

const renderer = createHelmRenderer({ sandbox, seedOf: testSeed });
const parameters = { application: 'web', environment: 'dev', timeoutMs: 30_000 };
const { work, fail } = parityCases('charts');

test.each(work)('chart %s', async (_, { files, options }) => {
  const helm = { ...helmSettings(parameters), ...options } as HelmConfig;
  const tree = repository.commit(files);
  const rendered = await renderer.render(tree, 'chart', { ...parameters, helm });
  if (!rendered.ok) throw rendered.error;
  const bodies = rendered.value.manifests.map(({ body }) => body);
  expect(bodies.length).toBeGreaterThan(0);
  expect(canonical(bodies)).toEqual(runNative('helm', argsFor(helm), repository.folder));
});

test.each(fail)('chart %s, here as there', async (_, { files, options }) => {
  const helm = { ...helmSettings(parameters), ...options } as HelmConfig;
  const tree = repository.commit(files);
  const rendered = await renderer.render(tree, 'chart', { ...parameters, helm });
  expect(rendered).toMatchObject({
    ok: false,
    error: { code: expect.stringMatching(/^render\./) },
  });
  expect(nativeFails('helm', argsFor(helm), repository.folder)).toBe(true);
});

/** The same settings for the program. */
function argsFor(helm: HelmConfig): readonly string[] {
  const inline = join(repository.folder, '.git', 'inline.json');
  writeFileSync(inline, JSON.stringify(helm.values));
  const files = helm.valuesFiles.map((file) =>
    file.startsWith('/') ? `.${file}` : join('chart', file),
  );
  const args = ['template', helm.releaseName, './chart', '--namespace', helm.namespace];
  args.push('--skip-tests', ...[...files, inline].flatMap((file) => ['--values', file]));
  if (helm.crds) args.push('--include-crds');
  if (helm.kubeVersion !== null) args.push('--kube-version', helm.kubeVersion);
  return [...args, ...helm.apiVersions.flatMap((version) => ['--api-versions', version])];
}
