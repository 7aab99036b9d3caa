import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DirectoryConfig } from '../model/config.ts';
import type { Manifest } from '../model/resource.ts';
import { systemClock } from '../system/clock.ts';
import { createPlainRenderer } from './plain.ts';
import { createTestRepository } from './tree.testing.ts';
import type { TestFile, TestRepository } from './tree.testing.ts';

let repository: TestRepository;
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(() => repository[Symbol.asyncDispose]());

const renderer = createPlainRenderer(systemClock);
const parameters = { application: 'web', environment: 'dev', timeoutMs: 60_000 };

async function render(files: Readonly<Record<string, TestFile>>, path = 'app') {
  return renderer.render(repository.commit(files), path, parameters);
}

async function manifestsOf(files: Readonly<Record<string, TestFile>>, path = 'app') {
  const rendered = await render(files, path);
  if (!rendered.ok) throw rendered.error;
  return rendered.value.manifests;
}

async function errorOf(files: Readonly<Record<string, TestFile>>, path = 'app') {
  const rendered = await render(files, path);
  if (rendered.ok) throw new Error('rendered although it should not');
  return rendered.error;
}

const file = (name: string, more = ''): string =>
  `apiVersion: host.fairlead.dev/v1alpha1\nkind: File\nmetadata: {name: ${name}}\n${more}`;

const places = (manifests: readonly Manifest[]): readonly string[] =>
  manifests.map(({ name, origin }) => `${name} ${origin.file}:${origin.line}`);

test('a manifest is given whole, with its identity and its place', async () => {
  expect(
    await manifestsOf({
      'app/a.yaml': `# first\n${file('index', 'spec: {path: /x, mode: "0644"}\n')}`,
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
  const manifests = await manifestsOf({
    'app/b.yml': file('b'),
    'app/a/z.yaml': file('z'),
    'app/a/y.json': JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'y' },
    }),
    'app/c.yaml': `---\n${file('c1')}---\n# nothing\n---\n${file('c2')}`,
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
  const manifests = await manifestsOf({
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
  const [manifest] = await manifestsOf({
    'app/a.yaml': file(
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
  const [manifest] = await manifestsOf({
    'app/a.yaml': file('a', 'base: &b {x: 1, z: 1}\nspec: {<<: *b, z: 2}\n'),
  });
  expect(manifest?.body['spec']).toEqual({ x: 1, z: 2 });
});

test('an empty folder gives no manifests, and says so', async () => {
  const rendered = await render({ 'app/README.md': 'x' });
  expect(rendered).toMatchObject({
    ok: true,
    value: { manifests: [], warnings: ['app holds no manifests.'] },
  });
});

test('the configuration of Fairlead beside the manifests of the root is left out', async () => {
  const config =
    'apiVersion: fairlead.dev/v1alpha1\nkind: Target\nmetadata: {name: here}\nspec: {host: {}}\n';
  const manifests = await manifestsOf(
    {
      'fairlead.yaml': config,
      'fairlead/more.yaml': `${config}---\n${file('b')}`,
      'a.yaml': file('a'),
    },
    '',
  );
  expect(manifests.map(({ name }) => name)).toEqual(['a', 'b']);
  const nested = await manifestsOf({ 'app/fairlead.yaml': config, 'app/a.yaml': file('a') });
  expect(nested.map(({ name }) => name)).toEqual(['a']);
});

describe('the read set', () => {
  test('is the folder alone, so that nothing else costs a render', async () => {
    const tree = repository.commit({ 'app/a.yaml': file('a'), 'other/b.yaml': file('b') });
    const rendered = await renderer.render(tree, 'app', parameters);
    expect(rendered.ok && [...rendered.value.readSet]).toEqual([['app', await tree.oid('app')]]);
  });

  test('holds what symbolic links lead to', async () => {
    const tree = repository.commit({
      'app/a.yaml': { link: '../shared/a.yaml' },
      'app/more': { link: '../shared/folder' },
      'shared/a.yaml': file('a'),
      'shared/folder/b.yaml': file('b'),
    });
    const rendered = await renderer.render(tree, 'app', parameters);
    expect(rendered.ok && rendered.value.manifests.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(rendered.ok && [...rendered.value.readSet]).toEqual([
      ['app', await tree.oid('app')],
      ['app/a.yaml', await tree.oid('shared/a.yaml')],
      ['app/more', await tree.oid('shared/folder')],
    ]);
  });
});

describe('what cannot be rendered whole is a failure with a place, never a part', () => {
  test('a folder that is not there', async () => {
    expect(await errorOf({ 'other/a.yaml': file('a') })).toMatchObject({
      code: 'render.path-missing',
      class: 'input',
      message: 'There is no folder app in the source.',
    });
  });

  test('a file where a folder should be', async () => {
    expect(await errorOf({ app: 'x' })).toMatchObject({ code: 'render.path-missing' });
  });

  test('broken YAML', async () => {
    expect(
      await errorOf({ 'app/a.yaml': file('a'), 'app/b.yaml': 'a: 1\nb: "open\n' }),
    ).toMatchObject({
      code: 'render.yaml-syntax',
      resource: 'app/b.yaml:3:1',
      message: expect.stringContaining('app/b.yaml:3:1: '),
    });
  });

  test('broken JSON', async () => {
    expect(await errorOf({ 'app/b.json': '{"a": [1,}' })).toMatchObject({
      code: 'render.yaml-syntax',
    });
  });

  test('a key given twice', async () => {
    expect(await errorOf({ 'app/a.yaml': file('a', 'spec: {x: 1,\n  x: 2}\n') })).toMatchObject({
      code: 'render.yaml-syntax',
      resource: 'app/a.yaml:5:3',
    });
  });

  test('a file that is no text', async () => {
    expect(await errorOf({ 'app/a.yaml': new Uint8Array([0xff, 0xfe, 0x00]) })).toMatchObject({
      code: 'render.yaml-syntax',
      message: 'app/a.yaml:1:1: the file is not UTF-8 text',
    });
  });

  test.each([
    ['a: 1\n', 'apiVersion is missing'],
    ['- 1\n', 'this is not a mapping with apiVersion and kind'],
    ['apiVersion: v1\nmetadata: {name: a}\n', 'kind is missing'],
    ['apiVersion: v1\nkind: A\n', 'metadata.name of this A is missing'],
    [
      'apiVersion: v1\nkind: A\nmetadata: {generateName: a-}\n',
      'metadata.name of this A is missing: with generateName it would be another one each time, which only a hook may be',
    ],
    ['apiVersion: v1\nkind: A\nmetadata: {name: }\n', 'metadata.name of this A is missing'],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: 5}\n',
      'metadata.name of this A is not valid: 5 is a number; put it in quotes',
    ],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: yes}\n',
      'metadata.namespace of this A is not valid: true is a boolean; put it in quotes',
    ],
    ['apiVersion: v1\nkind: A\nmetadata: {name: a/b}\n', 'metadata.name of this A is not valid'],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: "a\\nb"}\n',
      'metadata.name of this A is not valid',
    ],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: [b]}\n',
      'metadata.namespace of this A is not valid',
    ],
    ['apiVersion: a/b/c\nkind: A\nmetadata: {name: a}\n', 'apiVersion "a/b/c" is not valid'],
    ['apiVersion: v1\nkind: a/b\nmetadata: {name: a}\n', 'kind "a/b" is not valid'],
  ])('a document that is no manifest: %j', async (text, message) => {
    expect(await errorOf({ 'app/a.yaml': `${file('ok')}---\n${text}` })).toMatchObject({
      code: 'render.not-a-manifest',
      message: `app/a.yaml:5: ${message}`,
    });
  });

  test('one resource declared twice, naming both places, whatever the version', async () => {
    expect(
      await errorOf({
        'app/a.yaml': file('x'),
        'app/b.yaml': `\n${file('x').replace('v1alpha1', 'v2')}`,
      }),
    ).toMatchObject({
      code: 'render.duplicate-resource',
      message: 'File/x is declared at app/a.yaml:1 and app/b.yaml:2.',
    });
  });

  test.each([
    '9007199254740993',
    '1e400',
    '.inf',
    '.nan',
    '0xFFFFFFFFFFFFFFFF',
    '1e22',
    '!!int "9007199254740993"',
  ])('a number that would not survive: %s', async (number) => {
    expect(await errorOf({ 'app/a.yaml': file('a', `spec:\n  n: ${number}\n`) })).toMatchObject({
      code: 'render.number-inexact',
      resource: expect.stringMatching(/^app\/a\.yaml:5:\d+$/),
    });
  });

  test('an alias bomb', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at <= 12; at++) {
      lines.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      );
    }
    expect(await errorOf({ 'app/a.yaml': lines.join('\n') })).toMatchObject({
      code: 'render.alias-bomb',
    });
  });

  test('an alias that refers to what it stands in', async () => {
    expect(await errorOf({ 'app/a.yaml': 'a: &a [*a]\n' })).toMatchObject({
      code: 'render.alias-bomb',
    });
  });

  test('endless nesting', async () => {
    expect(await errorOf({ 'app/a.yaml': '['.repeat(200_000) })).toMatchObject({
      code: 'render.yaml-syntax',
      message: expect.stringContaining('nesting exceeded'),
    });
  });

  test('a file beyond 10 MiB', async () => {
    expect(await errorOf({ 'app/a.yaml': `#${' '.repeat(10 * 2 ** 20)}` })).toMatchObject({
      code: 'render.too-large',
      resource: 'app/a.yaml',
    });
  });

  test('more than 32 MiB together', async () => {
    const large = `#${'x'.repeat(9 * 2 ** 20)}\n`;
    expect(
      await errorOf({
        'app/a.yaml': large,
        'app/b.yaml': large,
        'app/c.yaml': large,
        'app/d.yaml': large,
      }),
    ).toMatchObject({ code: 'render.too-large', resource: 'app/d.yaml' });
  });

  test('a link that leaves the repository', async () => {
    expect(await errorOf({ 'app/a.yaml': { link: '../../../etc/passwd' } })).toMatchObject({
      code: 'source.path-escape',
    });
    expect(await errorOf({ 'app/a.yaml': { link: '/etc/passwd' } })).toMatchObject({
      code: 'source.path-escape',
    });
  });

  test('a link to nothing', async () => {
    expect(await errorOf({ 'app/a.yaml': { link: 'gone.yaml' } })).toMatchObject({
      code: 'render.link-broken',
    });
  });

  test('a link to a folder above', async () => {
    expect(
      await errorOf({ 'app/x.yaml': file('x'), 'app/sub/up': { link: '../..' } }),
    ).toMatchObject({
      code: 'render.link-circle',
      resource: 'app/sub/up/app',
    });
  });

  test('a link to itself', async () => {
    expect(await errorOf({ 'app/a.yaml': { link: 'a.yaml' } })).toMatchObject({
      code: 'source.symlink-loop',
    });
  });

  test('an LFS pointer', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
    expect(await errorOf({ 'app/a.yaml': pointer })).toMatchObject({ code: 'source.lfs-pointer' });
  });

  test('a path that would leave the repository', async () => {
    expect(await errorOf({ 'app/a.yaml': file('a') }, '../etc')).toMatchObject({
      code: expect.stringMatching(/^source\.path-/),
    });
  });

  test('a render that takes longer than it may', async () => {
    let now = 0;
    const slow = createPlainRenderer({ monotonicMs: () => (now += 1000) });
    const tree = repository.commit({ 'app/a.yaml': file('a'), 'app/b.yaml': file('b') });
    const rendered = await slow.render(tree, 'app', { ...parameters, timeoutMs: 1500 });
    expect(rendered).toMatchObject({ ok: false, error: { code: 'render.timeout' } });
  });
});

describe('which files count', () => {
  const tree = {
    'app/a.yaml': file('a'),
    'app/b.json': JSON.stringify({ apiVersion: 'v1', kind: 'B', metadata: { name: 'b' } }),
    'app/base/c.yaml': file('c'),
    'app/base/tests/d.yaml': file('d'),
    'app/values.yaml': 'no: manifest\n',
  };
  const namesWith = async (directory: Partial<DirectoryConfig>): Promise<readonly string[]> => {
    const rendered = await renderer.render(repository.commit(tree), 'app', {
      ...parameters,
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
  const rendered = await renderer.render(
    repository.commit({
      'app/a.yaml': file('a'),
      'app/sub/M.YAML': file('m'),
      'app/B.Json': '{}',
      'app/README.MD': 'Hello',
      'app/left/OUT.YML': file('out'),
    }),
    'app',
    { ...parameters, directory: { recursive: true, include: [], exclude: ['left/**'] } },
  );
  if (!rendered.ok) throw rendered.error;
  expect(rendered.value.manifests.map(({ name }) => name)).toEqual(['a']);
  expect(rendered.value.warnings).toEqual([
    'app/B.Json is passed over: only names in lower case (.yaml, .yml, .json) are manifests.',
    'app/sub/M.YAML is passed over: only names in lower case (.yaml, .yml, .json) are manifests.',
  ]);
});
