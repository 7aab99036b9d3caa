import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRepository, type TestRepository } from '../../test/support/git.ts';
import { createSourceBench, text, type SourceBench } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';
import type { MirrorSource } from './mirror-source.ts';

describe('a history that was rewritten', () => {
  let upstream: TestRepository;
  let bench: SourceBench;
  let first: string;
  let accepted: string;
  let rewritten: string;

  beforeEach(async () => {
    upstream = createTestRepository();
    bench = await createSourceBench();
    first = upstream.commit({ a: '1' });
    accepted = upstream.commit({ a: '2' });
  });

  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
    upstream.remove();
  });

  /** A source that accepted the second commit, and whose branch then moved away from it. */
  async function rewrite(config: { allowForcedPush?: boolean } = {}): Promise<MirrorSource> {
    const source = await bench.open({ url: upstream.directory, ...config });
    unwrap(await source.fetch());
    upstream.git('reset', '--quiet', '--hard', first);
    rewritten = upstream.commit({ a: 'rewritten' });
    return source;
  }

  it('is held: the accepted commit is served, and the reason is told', async () => {
    const source = await rewrite();
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.non-descendant' } });
    const status = source.status();
    expect(status.current?.commit).toBe(accepted);
    expect(status.held?.commit).toBe(rewritten);
    expect(status.held?.reason).toContain(rewritten.slice(0, 8));
    // It can be reached: nothing fails.
    expect(status.failing).toBeNull();
  });

  it('is held after a restart, too', async () => {
    const source = await rewrite();
    await source.fetch();
    await bench.restart();
    const again = await bench.open({ url: upstream.directory });
    expect(again.status().held?.commit).toBe(rewritten);
    expect(again.status().current?.commit).toBe(accepted);
  });

  it('is taken once a person confirms the commit that was shown, and no other', async () => {
    const source = await rewrite();
    await source.fetch();
    for (const wrong of [accepted, first, rewritten.slice(0, 12), '', 'HEAD']) {
      expect(await source.confirm(wrong, 'ada')).toMatchObject({
        error: { code: 'source.nothing-held' },
      });
    }
    expect(unwrap(await source.confirm(rewritten, 'ada')).commit).toBe(rewritten);
    expect(source.status()).toMatchObject({ current: { commit: rewritten }, held: null });
    await bench.restart();
    const again = await bench.open({ url: upstream.directory });
    expect(again.status()).toMatchObject({ current: { commit: rewritten }, held: null });
    expect(unwrap(await again.fetch()).commit).toBe(rewritten);
  });

  it('keeps what was accepted before, for a way back', async () => {
    const source = await rewrite();
    await source.fetch();
    await source.confirm(rewritten, 'ada');
    upstream.git('reflog', 'expire', '--expire=now', '--all');
    upstream.git('gc', '--quiet', '--prune=now');
    const past = unwrap(await source.resolve(accepted));
    expect(text(await source.tree(past).read('a'))).toBe('2');
  });

  it('is forgotten once the branch comes back to what was accepted', async () => {
    const source = await rewrite();
    await source.fetch();
    upstream.git('reset', '--quiet', '--hard', accepted);
    const next = upstream.commit({ a: '3' });
    expect(unwrap(await source.fetch()).commit).toBe(next);
    expect(source.status().held).toBeNull();
    expect((await source.confirm(rewritten, 'ada')).ok).toBe(false);
  });

  it('that moves on is shown as it is now', async () => {
    const source = await rewrite();
    await source.fetch();
    const later = upstream.commit({ a: 'rewritten again' });
    await source.fetch();
    expect(source.status().held?.commit).toBe(later);
    expect((await source.confirm(rewritten, 'ada')).ok).toBe(false);
  });

  it('is not what the name of the branch stands for, while it is held', async () => {
    const source = await rewrite();
    await source.fetch();
    expect(unwrap(await source.resolve('main')).commit).toBe(accepted);
  });

  it('is taken at once where the configuration allows it', async () => {
    const source = await rewrite({ allowForcedPush: true });
    expect(unwrap(await source.fetch()).commit).toBe(rewritten);
    expect(unwrap(await source.resolve(accepted)).commit).toBe(accepted);
  });

  it('is no rewritten history when another branch is followed from now on', async () => {
    const source = await bench.open({ url: upstream.directory });
    unwrap(await source.fetch());
    upstream.git('checkout', '--quiet', '--orphan', 'other');
    const other = upstream.commit({ a: 'other' });
    const next = await bench.open({
      url: upstream.directory,
      follow: { kind: 'branch', name: 'other' },
    });
    expect(unwrap(await next.fetch()).commit).toBe(other);
  });

  it('a branch that goes back to an older commit is held as well', async () => {
    const source = await bench.open({ url: upstream.directory });
    unwrap(await source.fetch());
    upstream.git('reset', '--quiet', '--hard', first);
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.non-descendant' } });
    expect(source.status().held?.commit).toBe(first);
  });
});
