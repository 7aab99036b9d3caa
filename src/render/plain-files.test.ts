import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DirectoryConfig } from '../model/config.ts';
import { createPlainBench, manifestFile, plainParameters } from './plain.testing.ts';
import type { PlainBench } from './plain.testing.ts';

let bench: PlainBench;
beforeAll(async () => {
  bench = await createPlainBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

describe('which files count', () => {
  const tree = {
    'app/a.yaml': manifestFile('a'),
    'app/b.json': JSON.stringify({ apiVersion: 'v1', kind: 'B', metadata: { name: 'b' } }),
    'app/base/c.yaml': manifestFile('c'),
    'app/base/tests/d.yaml': manifestFile('d'),
    'app/values.yaml': 'no: manifest\n',
  };
  const namesWith = async (directory: Partial<DirectoryConfig>): Promise<readonly string[]> => {
    const rendered = await bench.renderer.render(bench.repository.commit(tree), 'app', {
      ...plainParameters,
      directory: { recursive: true, include: [], exclude: [], ...directory },
    });
    if (!rendered.ok) throw rendered.error;
    return rendered.value.manifests.map(({ name }) => name);
  };

  test.each([
    ['by name, anywhere', { exclude: ['values.yaml'] }, ['a', 'b', 'c', 'd']],
    ['by path', { exclude: ['values.yaml', 'base/tests/**'] }, ['a', 'b', 'c']],
    ['that are asked for', { include: ['base/*.yaml', '*.json'] }, ['b', 'c']],
    ['that are asked for, without some', { include: ['base/**'], exclude: ['d.*'] }, ['c']],
    ['of the folder itself', { recursive: false, exclude: ['values.yaml'] }, ['a', 'b']],
  ])('those %s', async (_, directory, names) => {
    expect(await namesWith(directory)).toEqual(names);
  });
});

test('a file that would be a manifest in lower case is passed over, which is said once', async () => {
  const rendered = await bench.renderer.render(
    bench.repository.commit({
      'app/a.yaml': manifestFile('a'),
      'app/sub/M.YAML': manifestFile('m'),
      'app/B.Json': '{}',
      'app/README.MD': 'Hello',
      'app/left/OUT.YML': manifestFile('out'),
    }),
    'app',
    { ...plainParameters, directory: { recursive: true, include: [], exclude: ['left/**'] } },
  );
  if (!rendered.ok) throw rendered.error;
  expect(rendered.value.manifests.map(({ name }) => name)).toEqual(['a']);
  expect(rendered.value.warnings).toEqual([
    'app/B.Json is passed over: only names in lower case (.yaml, .yml, .json) are manifests.',
    'app/sub/M.YAML is passed over: only names in lower case (.yaml, .yml, .json) are manifests.',
  ]);
});
