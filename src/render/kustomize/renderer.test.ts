import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../system/clock.ts';
import { createRendererRegistry } from '../registry.ts';
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
});

test('that the folder is no chart is part of what was seen, because it would be rendered as one', async () => {
  const registry = createRendererRegistry(systemClock, { sandbox, seedOf: testSeed });
  const tree = { ...base, 'app/kustomization.yaml': 'resources: [../base]\n' };
  const chosen = await registry.render(repository.commit(tree), 'app', parameters);
  expect(chosen.ok && chosen.value.readSet.get('app/Chart.yaml')).toBeNull();
  const refused = { 'app/kustomization.yaml': 'resources: [../nowhere]\n' };
  const failed = await registry.render(repository.commit(refused), 'app', parameters);
  expect(!failed.ok && failed.readSet?.get('app/Chart.yml')).toBeNull();
});

test('a file that was looked for and comes, and one that was read and goes, change the read set', async () => {
  const overlay = { ...base, 'app/kustomization.yaml': 'resources: [../base, more.yaml]\n' };
  const failed = await render(overlay);
  expect(failed).toMatchObject({ ok: false, error: { code: 'render.engine-refused' } });
  expect(!failed.ok && failed.readSet?.get('app/more.yaml')).toBeNull();
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
  const { manifests } = await rendered({ ...overlay, 'app/more.yaml': map });
  expect(manifests.map(({ name }) => name)).toEqual(['a', 'web']);
});

test.each([
  ['a repository by https', 'resources: ["https://github.com/example/repo//base?ref=v1"]'],
  ['a repository by its short name', 'resources: ["github.com/example/repo//base"]'],
  ['a repository by ssh', 'resources: ["git@github.com:example/repo.git//base"]'],
  ['a repository by ssh://', 'resources: ["ssh://git@example/repo"]'],
  ['a repository by git::', 'resources: ["git::https://example.com/repo"]'],
  ['an artifact', 'resources: ["oci://example.com/repo"]'],
  ['a file by https', 'resources: ["https://example.com/manifest.yaml"]'],
  ['a component', 'components: ["https://github.com/example/repo//component"]'],
  ['a patch', 'resources: [../base]\npatches: [{path: "https://example.com/patch.yaml"}]'],
])('%s from elsewhere is refused by its address', async (_, kustomization) => {
  const result = await render({ ...base, 'app/kustomization.yaml': kustomization });
  expect(result).toMatchObject({
    ok: false,
    error: {
      code: 'render.remote-refused',
      message: expect.stringMatching(/example(?:\/|\.com)/),
      hint: expect.stringContaining('vendor'),
    },
  });
});

test.each([
  [
    'exec',
    'generators: [gen.yaml]',
    'apiVersion: v1\nkind: Gen\nmetadata: {name: g, annotations: {config.kubernetes.io/function: "exec: {path: ./a.sh}"}}\n',
  ],
  [
    'container',
    'transformers: [gen.yaml]',
    'apiVersion: v1\nkind: Gen\nmetadata: {name: g, annotations: {config.kubernetes.io/function: "container: {image: a}"}}\n',
  ],
  ['Go', 'generators: [gen.yaml]', 'apiVersion: example.com/v1\nkind: Made\nmetadata: {name: g}\n'],
])('a plug-in that is a program (%s) is refused', async (_, kustomization, plugin) => {
  const files = { ...base, 'app/kustomization.yaml': kustomization, 'app/gen.yaml': plugin };
  expect(await render(files)).toMatchObject({
    ok: false,
    error: { code: 'render.plugin-refused', hint: expect.stringContaining('replacements') },
  });
});

test('a chart that would have to be pulled is refused with what to do', async () => {
  const kustomization =
    'helmCharts: [{name: redis, repo: "https://charts.example", version: 1.0.0}]\n';
  expect(await render({ 'app/kustomization.yaml': kustomization })).toMatchObject({
    ok: false,
    error: {
      code: 'render.chart-missing',
      message: expect.stringContaining('app/charts/redis-1.0.0/redis'),
      hint: expect.stringContaining('helm pull'),
    },
  });
});

test.each(['/etc/hostname', '../../../../etc/hostname', 'file:///etc/hostname'])(
  'the file %s of the machine is not there',
  async (path) => {
    const kustomization = `configMapGenerator: [{name: a, files: ["x=${path}"]}]\n`;
    expect(await render({ 'app/kustomization.yaml': kustomization })).toMatchObject({ ok: false });
  },
);

test('a path that leaves the repository does not come back in', async () => {
  const files = { ...base, 'app/kustomization.yaml': 'resources: [../../base]\n' };
  expect(await render(files)).toMatchObject({
    ok: false,
    error: { code: 'render.remote-refused', message: 'app refers to /base.' },
  });
});

test('a schema that a base chooses is there for its own render alone', async () => {
  const thing = (items: string): string =>
    `apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {items: ${items}}\n`;
  const items =
    '{"type": "array", "items": {"type": "object"}, "x-kubernetes-patch-merge-key": "id", "x-kubernetes-patch-strategy": "merge"}';
  const kinds = '[{"group": "example.com", "kind": "Thing", "version": "v1"}]';
  const overlay = {
    'app/kustomization.yaml': 'resources: [thing.yaml]\npatches: [{path: patch.yaml}]\n',
    'app/thing.yaml': thing('[{id: a}, {id: b}]'),
    'app/patch.yaml': thing('[{id: b, v: 1}]'),
  };
  const withSchema = {
    'app/kustomization.yaml': 'resources: [../base]\n',
    'base/kustomization.yaml': `${overlay['app/kustomization.yaml']}openapi: {path: schema.json}\n`,
    'base/thing.yaml': overlay['app/thing.yaml'],
    'base/patch.yaml': overlay['app/patch.yaml'],
    'base/schema.json': `{"definitions": {"v1.Thing": {"type": "object", "properties": {"spec": {"type": "object", "properties": {"items": ${items}}}}, "x-kubernetes-group-version-kind": ${kinds}}}}`,
  };
  const replaced = { body: { spec: { items: [{ id: 'b', v: 1 }] } } };
  const merged = { body: { spec: { items: [{ id: 'b', v: 1 }, { id: 'a' }] } } };
  for (const files of [overlay, withSchema, overlay]) {
    const { manifests } = await rendered(files);
    expect(manifests).toMatchObject([files === withSchema ? merged : replaced]);
  }
});

test('a link that leads out of the repository is an error', async () => {
  const files = {
    'app/kustomization.yaml': 'resources: [out.yaml]\n',
    'app/out.yaml': { link: '../../etc/hostname' },
  };
  expect(await render(files)).toMatchObject({
    ok: false,
    error: { code: 'source.path-escape' },
  });
});

test('a file beyond the limit is an error, not left out', async () => {
  const files = {
    'app/kustomization.yaml': 'configMapGenerator: [{name: a, files: [big.txt]}]\n',
    'app/big.txt': 'a'.repeat(6_000_000),
  };
  expect(await render(files)).toMatchObject({ ok: false, error: { code: 'render.too-large' } });
});

test('an overlay that gives nothing says so', async () => {
  const { manifests, warnings } = await rendered({ 'app/kustomization.yaml': 'namespace: a\n' });
  expect([manifests, warnings]).toEqual([[], ['app renders to nothing.']]);
});

test('a number that cannot be kept is an error, not another number', async () => {
  const files = {
    'app/kustomization.yaml': 'resources: [a.yaml]\n',
    'app/a.yaml': 'apiVersion: a/v1\nkind: A\nmetadata: {name: a}\nspec: {n: 9007199254740993}\n',
  };
  expect(await render(files)).toMatchObject({
    ok: false,
    error: { code: 'render.number-inexact', message: expect.stringContaining('9007199254740993') },
  });
});
