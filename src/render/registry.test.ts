import { afterAll, beforeAll, expect, test } from 'vitest';
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
const manifest = 'apiVersion: v1\nkind: A\nmetadata: {name: a}\n';

test('a folder of manifests is rendered as it stands', async () => {
  const tree = repository.commit({ 'app/a.yaml': manifest });
  const renderer = await registry.select(tree, 'app');
  expect(renderer.ok && renderer.value.name).toBe('plain');
  expect(await registry.render(tree, 'app', parameters)).toMatchObject({ ok: true });
});

test('a folder that is not there is reported as missing, whatever the renderer', async () => {
  const rendered = await registry.render(repository.commit({ x: 'x' }), 'app', parameters);
  expect(rendered).toMatchObject({ ok: false, error: { code: 'render.path-missing' } });
});

test.each([
  ['Chart.yaml', 'a Helm chart'],
  ['kustomization.yaml', 'a Kustomize overlay'],
  ['compose.yaml', 'a Compose project'],
  ['docker-compose.yml', 'a Compose project'],
  ['main.tf', 'an OpenTofu or Terraform module'],
])('a folder with %s is named as %s, not misread', async (marker, word) => {
  const tree = repository.commit({ [`app/${marker}`]: 'x: 1', 'app/a.yaml': manifest });
  expect(await registry.render(tree, 'app', parameters)).toMatchObject({
    ok: false,
    error: {
      code: 'render.format-unsupported',
      message: `app is ${word}, which this version cannot render.`,
    },
  });
});

test('a path that leaves the repository is a failure', async () => {
  const tree = repository.commit({ 'app/a.yaml': manifest, link: { link: '../..' } });
  expect(await registry.render(tree, 'link', parameters)).toMatchObject({
    ok: false,
    error: { code: 'source.path-escape' },
  });
});
