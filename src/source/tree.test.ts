import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRepository, type Files, type TestRepository } from '../../test/support/git.ts';
import { createSourceBench, text, type SourceBench } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';
import type { Tree } from './source.ts';

let upstream: TestRepository;
let bench: SourceBench;

beforeEach(async () => {
  upstream = createTestRepository();
  bench = await createSourceBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  upstream.remove();
});

async function treeOf(files: Files): Promise<Tree> {
  upstream.commit(files);
  const source = await bench.open({ url: upstream.directory });
  return source.tree(unwrap(await source.fetch()));
}

describe('a tree', () => {
  it('lists folders and reads files, also with unusual names', async () => {
    const names = ['a b.yaml', '-x.yaml', '$(touch x).yaml', 'ä"\\.yaml', 'two\nlines.yaml', '*'];
    const tree = await treeOf({
      ...Object.fromEntries(names.map((name) => [`f/${name}`, name])),
      'run.sh': { script: '#!/bin/sh\n' },
    });
    const listed = await tree.list('f');
    expect(listed?.map((entry) => entry.name).toSorted()).toEqual(names.toSorted());
    for (const name of names.filter((one) => !one.includes('\n'))) {
      expect(text(await tree.read(`f/${name}`))).toBe(name);
    }
    expect(await tree.list('')).toMatchObject([
      { name: 'f', kind: 'folder', executable: false },
      { name: 'run.sh', kind: 'file', executable: true },
    ]);
  });

  it('says that something is not there, without an error', async () => {
    const tree = await treeOf({ 'f/a.yaml': '1' });
    expect(await tree.read('f')).toBeNull();
    expect(await tree.read('f/b.yaml')).toBeNull();
    expect(await tree.read('f/a.yaml/more')).toBeNull();
    expect(await tree.list('f/a.yaml')).toBeNull();
    expect(await tree.list('g')).toBeNull();
    expect(await tree.oid('g')).toBeNull();
  });

  it('has equal object ids for equal folders', async () => {
    const tree = await treeOf({ 'one/a.yaml': '1', 'two/a.yaml': '1', 'three/a.yaml': '2' });
    expect(await tree.oid('one')).toBe(await tree.oid('two'));
    expect(await tree.oid('one')).not.toBe(await tree.oid('three'));
  });

  it.each(['../x', 'f/../../x', '/etc/passwd', 'f/../f'])('%s is no path in it', async (path) => {
    const tree = await treeOf({ 'f/a.yaml': '1' });
    for (const ask of [tree.read(path), tree.list(path), tree.oid(path)]) {
      await expect(ask).rejects.toMatchObject({ code: 'source.path-escape' });
    }
  });

  it.each(['./f', 'f//a.yaml', 'f/', 'f/./a.yaml', 'f\0', 'f\nf', 'f\r'])(
    '%j is not how paths are written',
    async (path) => {
      const tree = await treeOf({ 'f/a.yaml': '1' });
      await expect(tree.read(path)).rejects.toMatchObject({ code: 'source.path-invalid' });
    },
  );
});

describe('a symbolic link', () => {
  it('inside the tree is followed, to files and to folders', async () => {
    const tree = await treeOf({
      'base/a.yaml': 'base',
      'overlay/base': { link: '../base' },
      'overlay/direct.yaml': { link: 'base/a.yaml' },
      'overlay/around.yaml': { link: './../overlay/../base/./a.yaml' },
    });
    for (const path of ['overlay/base/a.yaml', 'overlay/direct.yaml', 'overlay/around.yaml']) {
      expect(text(await tree.read(path))).toBe('base');
    }
    expect(await tree.list('overlay/base')).toMatchObject([{ name: 'a.yaml' }]);
  });

  it.each(['/etc/passwd', '../../outside', '../..', 'inside/../../../etc/passwd', '/'])(
    'to %s leaves the tree: an error that names the path',
    async (link) => {
      const tree = await treeOf({ 'site/link': { link }, 'site/inside/a': '1' });
      for (const ask of [tree.read('site/link'), tree.list('site/link'), tree.oid('site/link/x')]) {
        const thrown: unknown = await ask.catch((error: unknown) => error);
        expect(thrown).toMatchObject({ code: 'source.path-escape' });
        expect(String(thrown)).toContain('site/link');
      }
    },
  );

  it('in a circle is an error', async () => {
    const tree = await treeOf({ a: { link: 'b' }, b: { link: 'a' }, self: { link: 'self/x' } });
    await expect(tree.read('a')).rejects.toMatchObject({ code: 'source.symlink-loop' });
    await expect(tree.read('self')).rejects.toMatchObject({ code: 'source.symlink-loop' });
  });

  it('to nothing is nothing', async () => {
    const tree = await treeOf({ a: { link: 'missing' }, b: { link: 'c/d' }, c: '' });
    expect(await tree.read('a')).toBeNull();
    expect(await tree.read('b')).toBeNull();
  });
});

describe('what is no content', () => {
  it('a submodule is an error with its name', async () => {
    const commit = upstream.commit({ 'f/a.yaml': '1' });
    upstream.git('update-index', '--add', '--cacheinfo', `160000,${commit},f/other`);
    upstream.git('commit', '--quiet', '-m', 'Submodule');
    const source = await bench.open({ url: upstream.directory });
    const tree = source.tree(unwrap(await source.fetch()));
    expect(await tree.list('f')).toContainEqual(
      expect.objectContaining({ name: 'other', kind: 'submodule' }),
    );
    for (const path of ['f/other', 'f/other/deeper/a.yaml']) {
      const thrown: unknown = await tree.read(path).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: 'source.submodule' });
      expect(String(thrown)).toContain('other');
    }
  });

  it('an LFS pointer is an error with its name, whatever it points to', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
    const tree = await treeOf({
      'big.bin': pointer,
      'about.txt': `${pointer}${'x'.repeat(2_000)}`,
    });
    await expect(tree.read('big.bin')).rejects.toMatchObject({ code: 'source.lfs-pointer' });
    // A longer text that begins so is none.
    expect((await tree.read('about.txt'))?.length).toBeGreaterThan(2_000);
  });

  it('a file of 50 MB is refused by its size, without reading it', async () => {
    const tree = await treeOf({ 'big.yaml': Buffer.alloc(50 * 2 ** 20, 'x'), 'a.yaml': '12345' });
    const before = process.memoryUsage().arrayBuffers;
    const thrown: unknown = await tree.read('big.yaml').catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'source.file-too-large' });
    expect(String(thrown)).toContain('big.yaml has 52428800 bytes');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 2 ** 20);
    expect((await tree.read('big.yaml', 50 * 2 ** 20))?.length).toBe(50 * 2 ** 20);
    await expect(tree.read('a.yaml', 4)).rejects.toMatchObject({ code: 'source.file-too-large' });
  });
});
