import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../model/resource.ts';
import { createPlainBench, manifestFile, plainParameters } from './plain.testing.ts';
import type { PlainBench } from './plain.testing.ts';

let bench: PlainBench;
beforeAll(async () => {
  bench = await createPlainBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Where each stands: "a app/a.yaml:1". */
const places = (manifests: readonly Manifest[]): readonly string[] =>
  manifests.map(({ name, origin }) => `${name} ${origin.file}:${origin.line}`);

test('a manifest is given whole, with its identity and its place', async () => {
  expect(
    await bench.manifestsOf({
      'app/a.yaml': `# first\n${manifestFile('index', 'spec: {path: /x, mode: "0644"}\n')}`,
    }),
  ).toEqual([
    {
      apiVersion: 'host.fairlead.dev/v1alpha1',
      kind: 'File',
      name: 'index',
      namespace: '',
      body: {
        apiVersion: 'host.fairlead.dev/v1alpha1',
        kind: 'File',
        metadata: { name: 'index' },
        spec: { path: '/x', mode: '0644' },
      },
      origin: { file: 'app/a.yaml', line: 2 },
    },
  ]);
});

test('all manifest files are read, folder by folder in the order of names, each document in its order', async () => {
  const manifests = await bench.manifestsOf({
    'app/b.yml': manifestFile('b'),
    'app/a/z.yaml': manifestFile('z'),
    'app/a/y.json': JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'y' },
    }),
    'app/c.yaml': `---\n${manifestFile('c1')}---\n# nothing\n---\n${manifestFile('c2')}`,
    'app/README.md': '# no manifest',
    'app/.hidden.yaml': 'not: read',
    'app/.git-like/x.yaml': 'not: read',
    'elsewhere/x.yaml': 'not: read',
  });
  expect(places(manifests)).toEqual([
    'y app/a/y.json:1',
    'z app/a/z.yaml:1',
    'b app/b.yml:1',
    'c1 app/c.yaml:2',
    'c2 app/c.yaml:8',
  ]);
});

test('a list is taken apart, each member with its own line', async () => {
  const manifests = await bench.manifestsOf({
    'app/list.yaml': [
      'apiVersion: v1',
      'kind: List',
      'metadata: {}',
      'items:',
      '  - apiVersion: v1',
      '    kind: ConfigMap',
      '    metadata: {name: a, namespace: shop}',
      '  - apiVersion: v1',
      '    kind: ConfigMapList',
      '    items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]',
    ].join('\n'),
  });
  expect(places(manifests)).toEqual(['a app/list.yaml:5', 'b app/list.yaml:8']);
  expect(manifests[0]?.namespace).toBe('shop');
});

test('scalars are read as kubectl reads them', async () => {
  const [manifest] = await bench.manifestsOf({
    'app/a.yaml': manifestFile(
      'a',
      `spec:
  yes: yes
  off: Off
  octal: 0644
  newOctal: 0o17
  hex: 0x1F
  thousand: 1_000
  binary: 0b101
  time: 12:30:45
  date: 2024-01-02
  version: 1.10
  exponent: 1e3
  notOctal: 08
  negative: -0
  text: "yes"
  nothing: ~
  largest: 9007199254740991
`,
    ),
  });
  expect(manifest?.body['spec']).toEqual({
    true: true,
    false: false,
    octal: 420,
    newOctal: 15,
    hex: 31,
    thousand: 1000,
    binary: 5,
    time: '12:30:45',
    date: '2024-01-02',
    version: 1.1,
    exponent: 1000,
    notOctal: 8,
    negative: 0,
    text: 'yes',
    nothing: null,
    largest: 9007199254740991,
  });
});

test('anchors and merge keys work within a document', async () => {
  const [manifest] = await bench.manifestsOf({
    'app/a.yaml': manifestFile('a', 'base: &b {x: 1, z: 1}\nspec: {<<: *b, z: 2}\n'),
  });
  expect(manifest?.body['spec']).toEqual({ x: 1, z: 2 });
});

test('an empty folder gives no manifests, and says so', async () => {
  const rendered = await bench.render({ 'app/README.md': 'x' });
  expect(rendered).toMatchObject({
    ok: true,
    value: { manifests: [], warnings: ['app holds no manifests.'] },
  });
});

test('the configuration of Fairlead beside the manifests of the root is left out', async () => {
  const config =
    'apiVersion: fairlead.dev/v1alpha1\nkind: Target\nmetadata: {name: here}\nspec: {host: {}}\n';
  const manifests = await bench.manifestsOf(
    {
      'fairlead.yaml': config,
      'fairlead/more.yaml': `${config}---\n${manifestFile('b')}`,
      'a.yaml': manifestFile('a'),
    },
    '',
  );
  expect(manifests.map(({ name }) => name)).toEqual(['a', 'b']);
  const nested = await bench.manifestsOf({
    'app/fairlead.yaml': config,
    'app/a.yaml': manifestFile('a'),
  });
  expect(nested.map(({ name }) => name)).toEqual(['a']);
});

describe('the read set', () => {
  test('is the folder alone, so that nothing else costs a render', async () => {
    const tree = bench.repository.commit({
      'app/a.yaml': manifestFile('a'),
      'other/b.yaml': manifestFile('b'),
    });
    const rendered = await bench.renderer.render(tree, 'app', plainParameters);
    expect(rendered.ok && [...rendered.value.readSet]).toEqual([['app', await tree.oid('app')]]);
  });

  test('holds what symbolic links lead to', async () => {
    const tree = bench.repository.commit({
      'app/a.yaml': { link: '../shared/a.yaml' },
      'app/more': { link: '../shared/folder' },
      'shared/a.yaml': manifestFile('a'),
      'shared/folder/b.yaml': manifestFile('b'),
    });
    const rendered = await bench.renderer.render(tree, 'app', plainParameters);
    expect(rendered.ok && rendered.value.manifests.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(rendered.ok && [...rendered.value.readSet]).toEqual([
      ['app', await tree.oid('app')],
      ['app/a.yaml', await tree.oid('shared/a.yaml')],
      ['app/more', await tree.oid('shared/folder')],
    ]);
  });
});
