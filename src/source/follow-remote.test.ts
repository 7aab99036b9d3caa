import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRepository, type TestRepository } from '../../test/support/git.ts';
import { createSourceBench, text, type SourceBench } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';

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

describe('what a source follows', () => {
  it('a branch, also one that begins anew as a folder of branches', async () => {
    upstream.commit({ a: '1' });
    upstream.git('branch', 'feature');
    const source = await bench.open({
      url: upstream.directory,
      follow: { kind: 'branch', name: 'feature' },
    });
    unwrap(await source.fetch());
    upstream.git('branch', '-m', 'feature', 'feature/two');
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.reference-not-found' } });
    const two = await bench.open({
      name: 'two',
      url: upstream.directory,
      follow: { kind: 'branch', name: 'feature/two' },
    });
    expect(await two.fetch()).toMatchObject({ ok: true });
  });

  it("the repository's own default branch", async () => {
    upstream.commit({ a: '1' });
    upstream.git('checkout', '--quiet', '-b', 'trunk');
    const commit = upstream.commit({ a: '2' });
    const source = await bench.open({
      url: upstream.directory,
      follow: { kind: 'branch', name: 'HEAD' },
    });
    expect(unwrap(await source.fetch()).commit).toBe(commit);
  });

  it('a tag, annotated or not', async () => {
    const first = upstream.commit({ a: '1' });
    upstream.git('tag', 'plain');
    upstream.git('tag', '-a', '-m', 'Release', 'annotated');
    upstream.commit({ a: '2' });
    for (const name of ['plain', 'annotated']) {
      const source = await bench.open({
        name,
        url: upstream.directory,
        follow: { kind: 'tag', name },
      });
      expect(unwrap(await source.fetch()).commit).toBe(first);
      // Asked again, nothing moves.
      expect(unwrap(await source.fetch()).commit).toBe(first);
    }
  });

  it('a moved tag is held like any rewritten history', async () => {
    upstream.commit({ a: '1' });
    const second = upstream.commit({ a: '2' });
    upstream.git('tag', 'stable');
    const source = await bench.open({
      url: upstream.directory,
      follow: { kind: 'tag', name: 'stable' },
    });
    unwrap(await source.fetch());
    upstream.git('tag', '--force', 'stable', 'HEAD~1');
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.non-descendant' } });
    expect(source.status().current?.commit).toBe(second);
  });

  it('the highest version in a range, on whatever branch it was tagged', async () => {
    upstream.commit({ a: '1' });
    upstream.git('tag', 'v1.0.0');
    upstream.commit({ a: '2' });
    upstream.git('tag', 'v2.0.0');
    const source = await bench.open({
      url: upstream.directory,
      follow: { kind: 'semver', range: '^1.0.0' },
    });
    expect(unwrap(await source.fetch()).commit).toBe(upstream.git('rev-parse', 'v1.0.0'));
    upstream.git('checkout', '--quiet', '-b', 'maintenance', 'v1.0.0');
    const fix = upstream.commit({ a: 'fixed' });
    upstream.git('tag', '-a', '-m', 'Fix', 'v1.0.1');
    expect(unwrap(await source.fetch()).commit).toBe(fix);
    // A version on another line of history is no rewritten history.
    upstream.git('checkout', '--quiet', '-b', 'other', 'v1.0.0');
    const other = upstream.commit({ a: 'other' });
    upstream.git('tag', 'v1.1.0');
    expect(unwrap(await source.fetch()).commit).toBe(other);
  });

  it('a higher version that is taken back is held, not rolled back by itself', async () => {
    upstream.commit({ a: '1' });
    upstream.git('tag', 'v1.0.0');
    const second = upstream.commit({ a: '2' });
    upstream.git('tag', 'v1.1.0');
    const source = await bench.open({
      url: upstream.directory,
      follow: { kind: 'semver', range: '1.x' },
    });
    unwrap(await source.fetch());
    upstream.git('tag', '-d', 'v1.1.0');
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.non-descendant' } });
    expect(source.status().current?.commit).toBe(second);
  });

  it('a commit, without asking anybody once it is here', async () => {
    const first = upstream.commit({ a: '1' });
    upstream.commit({ a: '2' });
    const source = await bench.open({
      url: upstream.directory,
      follow: { kind: 'commit', commit: first },
    });
    expect(unwrap(await source.fetch()).commit).toBe(first);
    upstream.remove();
    expect(unwrap(await source.fetch()).commit).toBe(first);
    expect(source.status().failing).toBeNull();
  });

  it('a commit that is not there is an error with its name', async () => {
    upstream.commit({ a: '1' });
    const commit = '1'.repeat(40);
    const source = await bench.open({
      url: upstream.directory,
      follow: { kind: 'commit', commit },
    });
    const fetched = await source.fetch();
    expect(fetched).toMatchObject({ error: { code: 'source.reference-not-found' } });
    expect(JSON.stringify(fetched)).toContain(commit);
  });

  it('a repository with SHA-256 object ids', async () => {
    const modern = createTestRepository({ objectFormat: 'sha256' });
    try {
      const commit = modern.commit({ a: 'modern' });
      const source = await bench.open({ url: modern.directory });
      const revision = unwrap(await source.fetch());
      expect(revision.commit).toBe(commit);
      expect(commit).toHaveLength(64);
      expect(text(await source.tree(revision).read('a'))).toBe('modern');
    } finally {
      modern.remove();
    }
  });
});

describe('many sources of one repository', () => {
  it('share one mirror, and know only what they follow', async () => {
    upstream.commit({ a: '1' });
    upstream.git('branch', 'other');
    const main = await bench.open({ name: 'main', url: upstream.directory });
    const other = await bench.open({
      name: 'other',
      url: `${upstream.directory}/`,
      follow: { kind: 'branch', name: 'other' },
    });
    upstream.commit({ a: '2' });
    const [one, two] = [unwrap(await main.fetch()), unwrap(await other.fetch())];
    expect(one.commit).not.toBe(two.commit);
    expect(readdirSync(bench.directory)).toHaveLength(1);
    expect(main.status().current).toEqual(one);
    expect(other.status().current).toEqual(two);
  });

  it('one that never got anything sees nothing of what others fetched', async () => {
    const commit = upstream.commit({ a: '1' });
    unwrap(await (await bench.open({ name: 'allowed', url: upstream.directory })).fetch());
    const stranger = await bench.open({
      name: 'stranger',
      url: upstream.directory,
      auth: { kind: 'token', username: 'git', fromEnv: 'FAIRLEAD_TEST_NO_SUCH_TOKEN' },
    });
    expect((await stranger.fetch()).ok).toBe(false);
    expect(stranger.status().current).toBeNull();
    expect((await stranger.resolve(commit)).ok).toBe(false);
  });
});

describe('the history in the mirror', () => {
  it('stays whole: any commit that was ever served can be read with no network', async () => {
    const commits = ['1', '2', '3'].map((content) => upstream.commit({ a: content }));
    const source = await bench.open({ url: upstream.directory });
    unwrap(await source.fetch());
    upstream.git('tag', 'ignored');
    upstream.remove();
    for (const [index, commit] of commits.entries()) {
      for (const name of [commit, commit.slice(0, 10)]) {
        const revision = unwrap(await source.resolve(name));
        expect(revision.commit).toBe(commit);
        expect(text(await source.tree(revision).read('a'))).toBe(String(index + 1));
      }
    }
    expect(unwrap(await source.resolve('main')).commit).toBe(commits[2]);
    for (const name of ['main~1', 'main^', `${commits[2]}~1`, `${commits[2]!.slice(0, 8)}^1`]) {
      expect(unwrap(await source.resolve(name)).commit).toBe(commits[1]);
    }
    expect(unwrap(await source.resolve('main~1^')).commit).toBe(commits[0]);
    const none = ['nothing', '--all', '-x', 'main~3', 'main^2', '~1', '../main', 'a b', ''];
    for (const name of [...none, 'main^{tree}', ':/a', 'main@{0}', 'main..main']) {
      expect(await source.resolve(name)).toMatchObject({ ok: false });
    }
  });

  it('grows by packs of what is new only, which are rolled up', async () => {
    upstream.commit({ big: 'x'.repeat(100_000), a: '0' });
    const source = await bench.open({ url: upstream.directory });
    unwrap(await source.fetch());
    const packs = async (): Promise<readonly string[]> =>
      readdirSync(join(await bench.mirror(upstream.directory), 'objects/pack')).filter((name) =>
        name.endsWith('.pack'),
      );
    expect(await packs()).toHaveLength(1);
    let last = '';
    for (let round = 1; round <= 60; round += 1) {
      last = upstream.commit({ a: String(round) });
      unwrap(await source.fetch());
    }
    await bench.restart();
    expect((await packs()).length).toBeLessThan(55);
    const again = await bench.open({ url: upstream.directory });
    expect(again.status().current?.commit).toBe(last);
    expect(text(await again.tree(again.status().current!).read('a'))).toBe('60');
  }, 60_000);
});
