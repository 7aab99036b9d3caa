import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tree } from '../../src/source/source.ts';
import { createRendererRegistry } from '../../src/render/registry.ts';
import { createTestSandbox, testSeed } from '../../src/render/sandbox/sandbox.testing.ts';
import { createTestRepository } from '../../src/render/tree.testing.ts';
import type { TestRepository } from '../../src/render/tree.testing.ts';
import { openRenderCache } from '../../src/render/cache/cache.ts';

/** A monorepo of a thousand overlays on ten bases; every third has a file of its own. */

const count = 1_000;
const bases = 10;
const users = count / bases;

let repository: TestRepository;
const sandbox = createTestSandbox();
const folder = mkdtempSync(join(tmpdir(), 'fairlead-monorepo-'));
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const map = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: ${value}}\n`;

function monorepo(): Record<string, string> {
  const files: Record<string, string> = {};
  for (let base = 0; base < bases; base++) {
    files[`bases/${base}/kustomization.yaml`] = 'resources: [map.yaml]\n';
    files[`bases/${base}/map.yaml`] = map(`of-${base}`);
  }
  for (let at = 0; at < count; at++) {
    files[`apps/${at}/kustomization.yaml`] =
      `resources: [../../bases/${at % bases}]\nnamePrefix: a${at}-\n`;
  }
  return files;
}

/** Renders all of them and gives which ones the engine was asked for. A new registry each time, as after a restart. */
async function renderAll(tree: Tree): Promise<readonly string[]> {
  const rendered: string[] = [];
  const counting: typeof sandbox = {
    workers: 0,
    foresee: () => {},
    render: (job) => {
      rendered.push(job.resource);
      return sandbox.render(job);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const cache = openRenderCache({ folder, secret: new Uint8Array(32), program: '1' });
  const registry = createRendererRegistry(
    undefined,
    { sandbox: counting, seedOf: testSeed },
    cache,
  );
  for (let at = 0; at < count; at += 50) {
    const some = Array.from({ length: 50 }, (_, index) => at + index);
    const results = await Promise.all(
      some.map((one) =>
        registry.render(tree, `apps/${one}`, {
          application: `app-${one}`,
          environment: 'dev',
          timeoutMs: 120_000,
        }),
      ),
    );
    for (const result of results)
      if (!result.ok && result.error.class !== 'input') throw result.error;
  }
  return rendered.toSorted();
}

test(
  'of a thousand applications, a commit renders those that it concerns and no other',
  { timeout: 600_000 },
  async () => {
    const files = monorepo();
    expect(await renderAll(repository.commit(files))).toHaveLength(count);

    // Nothing changed, a restart; then a commit beside all of them.
    expect(await renderAll(repository.commit(files))).toEqual([]);
    files['README.md'] = 'more';
    expect(await renderAll(repository.commit(files))).toEqual([]);

    // One leaf.
    files['apps/7/kustomization.yaml'] += 'namespace: seven\n';
    expect(await renderAll(repository.commit(files))).toEqual(['apps/7']);

    // A base, and exactly its users.
    files['bases/3/map.yaml'] = map('changed');
    const ofThree = Array.from({ length: users }, (_, at) => `apps/${at * bases + 3}`).toSorted();
    expect(await renderAll(repository.commit(files))).toEqual(ofThree);

    // A file that Kustomize looks for before it takes the one that is there: its users look again, and fail.
    files['bases/4/Kustomization'] = 'resources: [map.yaml]\n';
    const ofFour = Array.from({ length: users }, (_, at) => `apps/${at * bases + 4}`).toSorted();
    expect(await renderAll(repository.commit(files))).toEqual(ofFour);

    // It goes again: what was rendered before is right again, and nothing is rendered.
    delete files['bases/4/Kustomization'];
    expect(await renderAll(repository.commit(files))).toEqual([]);

    // A file that was read is gone.
    delete files['bases/5/map.yaml'];
    const ofFive = Array.from({ length: users }, (_, at) => `apps/${at * bases + 5}`).toSorted();
    expect(await renderAll(repository.commit(files))).toEqual(ofFive);
  },
);
