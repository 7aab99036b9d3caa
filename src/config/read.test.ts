import { afterAll, beforeAll, expect, test } from 'vitest';
import { unwrap } from '../model/result.ts';
import { createTestRepository } from '../render/tree.testing.ts';
import type { TestFile, TestRepository } from '../render/tree.testing.ts';
import { smallest } from './examples.testing.ts';
import { loadConfig } from './load.ts';
import { readConfigFiles } from './read.ts';

let repository: TestRepository;
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(() => repository[Symbol.asyncDispose]());

const read = (files: Readonly<Record<string, TestFile>>, prefix?: string) =>
  readConfigFiles(repository.commit(files), prefix);

test('fairlead.yaml and fairlead/*.yaml are read, nothing else', async () => {
  const { files } = unwrap(
    await read({
      'fairlead.yaml': 'a: 1',
      'fairlead/two.yml': 'b: 1',
      'fairlead/one.yaml': 'c: 1',
      'fairlead/notes.md': 'x',
      'fairlead/.hidden.yaml': 'x',
      'fairlead/deeper/three.yaml': 'x',
      'app/fairlead.yaml': 'x',
    }),
  );
  expect(files).toEqual([
    { file: 'fairlead.yaml', text: 'a: 1' },
    { file: 'fairlead/one.yaml', text: 'c: 1' },
    { file: 'fairlead/two.yml', text: 'b: 1' },
  ]);
});

test('a folder other than the root may hold the configuration', async () => {
  const tree = { 'ops/prod/fairlead.yml': smallest, 'fairlead.yaml': 'x' };
  const { files } = unwrap(await read(tree, 'ops/prod'));
  expect(files.map(({ file }) => file)).toEqual(['ops/prod/fairlead.yml']);
});

test.each([
  ['an empty repository', {}],
  ['a repository without configuration', { 'app/a.yaml': 'x' }],
  ['an empty folder', { 'fairlead/README.md': 'x' }],
  ['a file named fairlead', { fairlead: 'x' }],
])('%s is a failure, never an empty configuration', async (_, files) => {
  expect(await read(files)).toMatchObject({
    ok: false,
    error: { code: 'config.missing', class: 'input' },
  });
});

test.each<[string, TestFile, RegExp]>([
  ['leaves the repository', { link: '../../../etc/passwd' }, /leaves the repository/],
  ['leads nowhere', { link: 'gone' }, /not a file/],
  ['is no text', new Uint8Array([0xff, 0xfe]), /not UTF-8/],
  ['is an LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /LFS/],
  ['is too large', ' '.repeat(2 ** 20 + 1), /more than/],
])('a file that %s is a problem of that file alone', async (_, content, message) => {
  const { files } = unwrap(await read({ 'fairlead.yaml': smallest, 'fairlead/bad.yaml': content }));
  const { config, problems, failed } = loadConfig(files);
  expect(problems).toMatchObject([
    {
      code: 'config.unreadable',
      file: 'fairlead/bad.yaml',
      message: expect.stringMatching(message),
    },
  ]);
  expect(config.applications.size).toBe(1);
  expect(failed.unidentified).toBe(true);
});

test('the fingerprint changes with the files, not with the rest of the tree', async () => {
  const fingerprint = async (files: Readonly<Record<string, TestFile>>) =>
    unwrap(await read(files)).fingerprint;
  const first = await fingerprint({ 'fairlead.yaml': 'a: 1', x: '1' });
  expect(await fingerprint({ 'fairlead.yaml': 'a: 1', x: '2' })).toBe(first);
  expect(await fingerprint({ 'fairlead.yaml': 'a: 2', x: '1' })).not.toBe(first);
  expect(await fingerprint({ 'fairlead.yaml': 'a: 1', 'fairlead/b.yaml': '' })).not.toBe(first);
});
