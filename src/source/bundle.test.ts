import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestRepository,
  temporaryFolder,
  type TestRepository,
} from '../../test/support/git.ts';
import { createSourceBench, text, type SourceBench } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';
import type { MirrorSource } from './mirror-source.ts';

describe('a bundle', () => {
  /** The repository on the other side of the gap; the URL is reached by nobody. */
  let upstream: TestRepository;
  let bench: SourceBench;
  let folder: string;
  const url = 'https://git.invalid/shop.git';

  beforeEach(async () => {
    upstream = createTestRepository();
    bench = await createSourceBench();
    folder = temporaryFolder();
  });

  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
    upstream.remove();
    rmSync(folder, { recursive: true });
  });

  function bundle(name: string, ...what: readonly string[]): string {
    const path = join(folder, name);
    upstream.git('bundle', 'create', '--quiet', path, ...what);
    return path;
  }

  const open = (): Promise<MirrorSource> => bench.open({ url });

  it('feeds a source that no network reaches', async () => {
    const commit = upstream.commit({ 'a.yaml': '1' });
    const source = await open();
    const revision = unwrap(await source.importBundle(bundle('first', '--all')));
    expect(revision.commit).toBe(commit);
    expect(text(await source.tree(revision).read('a.yaml'))).toBe('1');
    await bench.restart();
    expect((await open()).status().current).toEqual(revision);
  });

  it('needs to hold only what is new', async () => {
    upstream.commit({ 'a.yaml': '1' });
    const source = await open();
    unwrap(await source.importBundle(bundle('first', 'main')));
    const second = upstream.commit({ 'a.yaml': '2' });
    const next = bundle('second', 'main~1..main');
    expect(unwrap(await source.importBundle(next)).commit).toBe(second);
    // Once more changes nothing.
    expect(unwrap(await source.importBundle(next)).commit).toBe(second);
  });

  it('that builds on what is not here is refused', async () => {
    upstream.commit({ 'a.yaml': '1' });
    upstream.commit({ 'a.yaml': '2' });
    const source = await open();
    const imported = await source.importBundle(bundle('second', 'main~1..main'));
    expect(imported).toMatchObject({ error: { code: 'source.bundle-invalid' } });
    expect(source.status().current).toBeNull();
  });

  it('with a rewritten history is held like a fetched one', async () => {
    const first = upstream.commit({ 'a.yaml': '1' });
    const accepted = upstream.commit({ 'a.yaml': '2' });
    const source = await open();
    unwrap(await source.importBundle(bundle('first', 'main')));
    upstream.git('reset', '--quiet', '--hard', first);
    const rewritten = upstream.commit({ 'a.yaml': 'rewritten' });
    expect(await source.importBundle(bundle('second', 'main'))).toMatchObject({
      error: { code: 'source.non-descendant' },
    });
    expect(source.status()).toMatchObject({
      current: { commit: accepted },
      held: { commit: rewritten },
    });
    expect((await source.confirm(rewritten, 'ada')).ok).toBe(true);
  });

  it('that the remote has not caught up with makes the remote older, not rewritten', async () => {
    upstream.commit({ 'a.yaml': '1' });
    const mirrored = createTestRepository();
    mirrored.git('pull', '--quiet', upstream.directory, 'main');
    const source = await bench.open({ url: mirrored.directory });
    const first = unwrap(await source.fetch());
    const second = upstream.commit({ 'a.yaml': '2' });
    unwrap(await source.importBundle(bundle('second', 'HEAD', 'main')));
    expect(unwrap(await source.fetch()).commit).toBe(second);
    const behind = { commit: first.commit, reason: expect.stringContaining('is older than') };
    expect(source.status()).toMatchObject({ current: { commit: second }, held: null, behind });

    // After a restart, too.
    await bench.restart();
    const again = await bench.open({ url: mirrored.directory });
    expect(unwrap(await again.fetch()).commit).toBe(second);

    // Once the remote has it, a branch that goes back is a rewritten history like any other.
    mirrored.git('pull', '--quiet', upstream.directory, 'main');
    unwrap(await again.fetch());
    expect(again.status().behind).toBeUndefined();
    mirrored.git('reset', '--quiet', '--hard', first.commit);
    expect(await again.fetch()).toMatchObject({ error: { code: 'source.non-descendant' } });
    mirrored.remove();
  });

  it('that is older than what is served changes nothing, and says so', async () => {
    upstream.commit({ 'a.yaml': '1' });
    const old = bundle('old', 'HEAD', 'main');
    const second = upstream.commit({ 'a.yaml': '2' });
    const source = await open();
    unwrap(await source.importBundle(bundle('new', 'HEAD', 'main')));
    expect(unwrap(await source.importBundle(old)).commit).toBe(second);
    expect(source.status()).toMatchObject({
      held: null,
      behind: { reason: expect.stringContaining('the bundle has') },
    });
  });

  it('without the branch that is followed says so', async () => {
    upstream.commit({ 'a.yaml': '1' });
    upstream.git('branch', '-m', 'other');
    const imported = await (await open()).importBundle(bundle('first', 'other'));
    expect(imported).toMatchObject({ error: { code: 'source.reference-not-found' } });
  });

  it.each([
    ['is no bundle', () => Buffer.from('hello')],
    ['is empty', () => Buffer.alloc(0)],
    ['was cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 30)],
    [
      'was damaged',
      (bytes: Buffer) => Buffer.from(bytes).fill(0xff, bytes.length - 60, bytes.length - 20),
    ],
  ])('that %s is refused and leaves nothing behind', async (_, damage) => {
    upstream.commit({ 'a.yaml': '1' });
    const path = bundle('first', 'main');
    writeFileSync(path, damage(readFileSync(path)));
    const source = await open();
    const imported = await source.importBundle(path);
    expect(imported).toMatchObject({ ok: false });
    expect(imported).toMatchObject({ error: { code: 'source.bundle-invalid' } });
    expect(source.status().current).toBeNull();
    expect(readdirSync(join(bench.directory, readdirSync(bench.directory)[0]!))).not.toContainEqual(
      expect.stringMatching(/^bundle-/),
    );
  });

  it('is checked like everything that comes from outside', async () => {
    upstream.commit({ '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=x\n' });
    const imported = await (await open()).importBundle(bundle('first', 'main'));
    expect(imported).toMatchObject({ error: { code: 'source.object-refused' } });
  });

  it('is not followed as if it were a repository: nothing would check what it holds', async () => {
    upstream.commit({ 'a.yaml': '1' });
    const path = bundle('first', '--all');
    for (const followed of [path, `file://${path}`]) {
      const source = await bench.open({ url: followed });
      const fetched = await source.fetch();
      expect(fetched).toMatchObject({ error: { code: 'source.bundle-invalid' } });
      expect(JSON.stringify(fetched)).toContain('fairlead import');
    }
  });

  it.each(['relative.bundle', '--all', '', '/nonexistent/x'])('%j is none', async (path) => {
    expect(await (await open()).importBundle(path)).toMatchObject({
      error: { code: 'source.bundle-invalid' },
    });
  });
});
