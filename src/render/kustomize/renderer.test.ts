import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rendered } from '../renderer.ts';
import { createTestSandbox, testSeed } from '../sandbox/sandbox.testing.ts';
import { createTestRepository } from '../tree.testing.ts';
import type { TestFile, TestRepository } from '../tree.testing.ts';
import { createKustomizeRenderer } from './renderer.ts';

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

const render = (files: Record<string, TestFile>, path = 'app') =>
  renderer.render(repository.commit(files), path, parameters);

async function rendered(files: Record<string, TestFile>, path?: string): Promise<Rendered> {
  const result = await render(files, path);
  if (!result.ok) throw result.error;
  return result.value;
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;
const base = { 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': deployment };

test('an overlay is rendered by Kustomize', async () => {
  const { manifests } = await rendered({
    ...base,
    'app/kustomization.yaml':
      'resources: [../base]\nnamePrefix: p-\nnamespace: shop\nimages: [{name: nginx, newTag: "1.27"}]\n',
  });
  expect(manifests).toHaveLength(1);
  expect(manifests[0]).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'p-web',
    namespace: 'shop',
    body: { spec: { template: { spec: { containers: [{ image: 'nginx:1.27' }] } } } },
  });
});

test('the read set holds files, folders and what was looked for and not there', async () => {
  const tree = { ...base, 'app/kustomization.yaml': 'resources: [../base]\n', 'other/x.yaml': '' };
  const { readSet } = await rendered(tree);
  expect([...readSet.keys()].filter((path) => path.startsWith('other'))).toEqual([]);
  expect(readSet.get('base')).toBe('folder');
  expect(readSet.get('base/web.yaml')).toMatch(/^[0-9a-f]{40}$/);
  expect(readSet.get('app/kustomization.yml')).toBeNull();
  expect(readSet.get('base/Kustomization')).toBeNull();
  expect(readSet.get('app/Chart.yaml')).toBeNull();
});
