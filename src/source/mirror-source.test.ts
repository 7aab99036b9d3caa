import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestRepository,
  runGit,
  temporaryFolder,
  type TestRepository,
} from '../../test/support/git.ts';
import { createSourceBench, text, type SourceBench } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';

describe('a source over a mirror', () => {
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

  it('serves the tip of the branch that it follows', async () => {
    const commit = upstream.commit({ 'site/page.yaml': 'a: 1\n' });
    const source = await bench.open({ url: upstream.directory });
    const revision = unwrap(await source.fetch());
    expect(revision).toEqual({
      source: 'shop',
      commit,
      tree: upstream.git('rev-parse', 'HEAD^{tree}'),
    });
    expect(text(await source.tree(revision).read('site/page.yaml'))).toBe('a: 1\n');
    expect(source.status().current).toEqual(revision);
  });

  it('fetches what is new, and says which files differ', async () => {
    const first = upstream.commit({ 'a.yaml': '1', 'b/c.yaml': '1' });
    const source = await bench.open({ url: upstream.directory });
    await source.fetch();
    const second = upstream.commit({ 'a.yaml': null, 'b/c.yaml': '2', 'd.yaml': '' });
    const revision = unwrap(await source.fetch());
    expect(revision.commit).toBe(second);
    expect(await source.changedPaths(first, second)).toEqual(['a.yaml', 'b/c.yaml', 'd.yaml']);
    expect(await source.changedPaths(first, '0'.repeat(40))).toBeNull();
  });

  it('says of a shallow clone what it is, since Git takes nothing from it without saying so', async () => {
    upstream.commit({ 'a.yaml': '1' });
    upstream.commit({ 'a.yaml': '2' });
    const folder = temporaryFolder();
    try {
      runGit(folder, ['clone', '-q', '--depth', '1', `file://${upstream.directory}`, 'shallow']);
      const source = await bench.open({ url: join(folder, 'shallow') });
      expect(await source.fetch()).toMatchObject({
        ok: false,
        error: { code: 'source.shallow', hint: expect.stringContaining('--unshallow') as string },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('serves its last good revision after a restart, with the repository gone', async () => {
    const first = upstream.commit({ 'a.yaml': '1' });
    const second = upstream.commit({ 'a.yaml': '2' });
    await (await bench.open({ url: upstream.directory })).fetch();
    upstream.remove();
    await bench.restart();
    const source = await bench.open({ url: upstream.directory });
    const current = source.status().current!;
    expect(current.commit).toBe(second);
    expect(text(await source.tree(current).read('a.yaml'))).toBe('2');
    const past = unwrap(await source.resolve(first));
    expect(text(await source.tree(past).read('a.yaml'))).toBe('1');
    const fetched = await source.fetch();
    expect(fetched.ok).toBe(false);
    expect(source.status().current).toEqual(current);
    expect(source.status().failing).toMatchObject({ code: 'source.not-found' });
    expect(source.status().lastSuccessAtMs).toBeGreaterThan(0);
  });
});
