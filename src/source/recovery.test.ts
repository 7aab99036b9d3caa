import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRepository, runGit, type TestRepository } from '../../test/support/git.ts';
import { createBareRepository, serveGit } from '../../test/support/git-http.ts';
import { createSourceBench, text, type SourceBench } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';
import type { MirrorSource } from './mirror-source.ts';

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

const open = (): Promise<MirrorSource> => bench.open({ url: upstream.directory });

/** Names of the files below a folder. */
const filesOf = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('after a crash', () => {
  it('locks and half packs that an ended Git left are out of the way', async () => {
    upstream.commit({ 'a.yaml': '1' });
    unwrap(await (await open()).fetch());
    const mirror = await bench.mirror(upstream.directory);
    const [reference] = filesOf(join(mirror, 'refs/fairlead/remote'));
    const leftovers = [
      `${reference}.lock`,
      join(mirror, 'packed-refs.lock'),
      join(mirror, 'shallow.lock'),
      join(mirror, 'config.lock'),
      join(mirror, 'refs/fairlead/accepted/shop.lock'),
      join(mirror, 'objects/pack/tmp_pack_a1b2c3'),
      join(mirror, 'objects/pack/tmp_idx_a1b2c3'),
    ];
    const past = Date.now() / 1_000 - 60;
    for (const path of leftovers) {
      writeFileSync(path, 'half');
      utimesSync(path, past, past);
    }
    await bench.restart();
    const second = upstream.commit({ 'a.yaml': '2' });
    expect(unwrap(await (await open()).fetch()).commit).toBe(second);
    for (const path of leftovers) expect(existsSync(path)).toBe(false);
  });

  it('between its two records, the one in the mirror counts', async () => {
    const first = upstream.commit({ 'a.yaml': '1' });
    const source = await open();
    unwrap(await source.fetch());
    const mirror = await bench.mirror(upstream.directory);
    const record = filesOf(bench.directory).find((path) => path.endsWith('shop.json'))!;
    const before = readFileSync(record, 'utf8');
    const second = upstream.commit({ 'a.yaml': '2' });
    unwrap(await source.fetch());
    expect(runGit(mirror, ['rev-parse', 'refs/fairlead/accepted/shop'])).toBe(second);
    await bench.restart();
    writeFileSync(record, before);
    expect(before).toContain(first);
    const again = await open();
    expect(again.status().current?.commit).toBe(second);
    expect(text(await again.tree(again.status().current!).read('a.yaml'))).toBe('2');
  });

  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"accepted":{"commit":"../x"}}'])(
    'a record that holds %j costs nothing that was accepted',
    async (content) => {
      const commit = upstream.commit({ 'a.yaml': '1' });
      unwrap(await (await open()).fetch());
      const record = filesOf(bench.directory).find((path) => path.endsWith('shop.json'))!;
      await bench.restart();
      writeFileSync(record, content);
      const again = await open();
      expect(again.status().current?.commit).toBe(commit);
      expect(unwrap(await again.fetch()).commit).toBe(commit);
    },
  );

  it('while a new mirror was made, the old one is in use', async () => {
    const commit = upstream.commit({ 'a.yaml': '1' });
    unwrap(await (await open()).fetch());
    const mirror = await bench.mirror(upstream.directory);
    const half = join(mirror, '..', '2.git');
    runGit(bench.directory, ['init', '--quiet', '--bare', half]);
    await bench.restart();
    const again = await open();
    expect(again.status().current?.commit).toBe(commit);
    expect(existsSync(half)).toBe(false);
  });
});

describe('a mirror that is damaged', () => {
  const packOf = async (): Promise<string> => {
    const mirror = await bench.mirror(upstream.directory);
    const pack = filesOf(join(mirror, 'objects')).find((path) => path.endsWith('.pack'))!;
    chmodSync(pack, 0o600);
    return pack;
  };

  it.each([
    [
      'overwritten in the middle',
      (pack: string) => {
        const bytes = readFileSync(pack);
        bytes.fill(0xff, 12, bytes.length - 20);
        writeFileSync(pack, bytes);
      },
    ],
    ['cut short', (pack: string) => truncateSync(pack, Math.floor(statSync(pack).size / 2))],
    ['gone', (pack: string) => rmSync(pack)],
    ['empty', (pack: string) => truncateSync(pack, 0)],
  ])('%s: never read as something else, and made anew by the next fetch', async (_, damage) => {
    const first = upstream.commit({ 'a.yaml': 'first '.repeat(100) });
    const second = upstream.commit({ 'a.yaml': 'second '.repeat(100), 'b/c.yaml': 'x' });
    unwrap(await (await open()).fetch());
    damage(await packOf());
    await bench.restart();
    const source = await open();
    const tree = source.tree(source.status().current!);
    for (const ask of [tree.read('a.yaml'), tree.list('b')]) {
      await expect(ask).rejects.toMatchObject({ code: 'source.corrupt' });
    }
    expect(unwrap(await source.fetch()).commit).toBe(second);
    for (const [commit, content] of [
      [first, 'first '],
      [second, 'second '],
    ] as const) {
      const revision = unwrap(await source.resolve(commit));
      expect(text(await source.tree(revision).read('a.yaml'))).toBe(content.repeat(100));
    }
  });

  it('keeps rewritten history that only it had, as far as it can be read', async () => {
    const first = upstream.commit({ 'a.yaml': '1' });
    const old = upstream.commit({ 'a.yaml': 'old' });
    const source = await bench.open({ url: upstream.directory, allowForcedPush: true });
    unwrap(await source.fetch());
    upstream.git('reset', '--quiet', '--hard', first);
    upstream.commit({ 'a.yaml': 'rewritten' });
    unwrap(await source.fetch());
    upstream.git('reflog', 'expire', '--expire=now', '--all');
    upstream.git('gc', '--quiet', '--prune=now');
    (await bench.pool.mirror(upstream.directory)).reportDamage();
    const last = upstream.commit({ 'a.yaml': 'last' });
    expect(unwrap(await source.fetch()).commit).toBe(last);
    const past = unwrap(await source.resolve(old));
    expect(text(await source.tree(past).read('a.yaml'))).toBe('old');
  });

  it('with the repository away goes on with what can be read', async () => {
    upstream.commit({ 'a.yaml': '1' });
    const source = await open();
    const revision = unwrap(await source.fetch());
    (await bench.pool.mirror(upstream.directory)).reportDamage();
    upstream.remove();
    expect((await source.fetch()).ok).toBe(false);
    expect(text(await source.tree(revision).read('a.yaml'))).toBe('1');
  });
});

describe('a server that takes its time', () => {
  it('is given up after the timeout, and can be given up earlier', async () => {
    await using server = await serveGit();
    createBareRepository(server, 'shop.git');
    server.mode = 'stall';
    const source = await bench.open({ url: server.url('shop.git'), timeoutMs: 1_000 });
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.timeout' } });
    const patient = await bench.open({ name: 'patient', url: server.url('shop.git') });
    const cancel = new AbortController();
    const fetching = patient.fetch(cancel.signal);
    const seen = server.requests.length;
    while (server.requests.length === seen) await new Promise((resolve) => setTimeout(resolve, 5));
    cancel.abort();
    expect(await fetching).toMatchObject({ error: { code: 'source.cancelled' } });
    expect(patient.status().failing).toBeNull();
  });

  it('does not keep others of its repository waiting for what they have', async () => {
    await using server = await serveGit();
    const bare = createBareRepository(server, 'shop.git');
    upstream.commit({ 'a.yaml': '1' });
    upstream.git('push', '--quiet', bare, 'main');
    const source = await bench.open({ url: server.url('shop.git') });
    const revision = unwrap(await source.fetch());
    server.mode = 'stall';
    const cancel = new AbortController();
    const stalled = source.fetch(cancel.signal);
    expect(text(await source.tree(revision).read('a.yaml'))).toBe('1');
    expect(source.status().current).toEqual(revision);
    cancel.abort();
    await stalled;
  });

  it('that is cut off, wherever that is, changes nothing and is told as its fault', async () => {
    await using server = await serveGit();
    const bare = createBareRepository(server, 'shop.git');
    const push = (content: string): string => {
      const commit = upstream.commit({ 'a.yaml': content });
      upstream.git('push', '--quiet', bare, 'main');
      return commit;
    };
    const first = push('1');
    const source = await bench.open({ url: server.url('shop.git') });
    unwrap(await source.fetch());
    const last = push('2 '.repeat(500));
    server.mode = 'truncate';
    for (let cut = 0; cut < 20; cut += 1) {
      server.truncateAt = cut / 20;
      await source.fetch();
      const { current, failing } = source.status();
      expect(current?.commit).toBe(first);
      expect([failing?.code, failing?.message]).toEqual(['source.unreachable', expect.anything()]);
    }
    server.mode = 'page';
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.not-found' } });
    server.mode = 'serve';
    expect(unwrap(await source.fetch()).commit).toBe(last);
  });
});
