import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProjectConfig } from '../../model/config.ts';
import { unwrap } from '../../model/result.ts';
import { applyEffect, createBench, effectOn, key, manifestOf, refusal } from './bench.testing.ts';
import type { Bench } from './bench.testing.ts';
import { rotateLog } from './process/rotate-log.ts';

/**
 * Somebody else on the machine owns a folder that files of Git go to, and puts links and other things into the way.
 * Nothing outside of what the manifest names is made, changed, removed or read.
 */

const isRoot = process.getuid?.() === 0;
/** Nobody. */
const stranger = 65_534;

let bench: Bench;
beforeEach(async () => {
  bench = await createBench();
  mkdirSync(bench.path('theirs'), { recursive: true });
  mkdirSync(bench.path('etc'));
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

function project(parts: Partial<ProjectConfig> = {}): ProjectConfig {
  return {
    name: 'web',
    sources: [],
    targets: [],
    kinds: [],
    hostPaths: [bench.path('theirs')],
    origin: { file: 'fairlead.yaml' },
    ...parts,
  };
}

/** A symlink that belongs to somebody else. */
function foreignLink(to: string, at: string): void {
  symlinkSync(to, at);
  lchownSync(at, stranger, stranger);
}

const file = (path: string, content: string) => manifestOf('File', 'f', { path, content });

describe.runIf(isRoot)('a link of somebody else in a path', () => {
  test('is not followed to what is not theirs', async () => {
    const desired = await bench.one(file(bench.path('theirs/d/f'), 'ours'));
    foreignLink(bench.path('etc'), bench.path('theirs/d'));
    const error = await refusal(bench.target.apply(applyEffect(desired, null)));
    expect(error.code).toBe('host.unsafe-link');
    expect(error.message).toContain(bench.path('theirs/d'));
    expect(readdirSync(bench.path('etc'))).toEqual([]);
  });

  test('makes no folder where it leads', async () => {
    const desired = await bench.one(file(bench.path('theirs/d/deep/deeper/f'), 'ours'));
    foreignLink(bench.path('etc'), bench.path('theirs/d'));
    const error = await refusal(bench.target.apply(applyEffect(desired, null)));
    expect(error.code).toBe('host.unsafe-link');
    expect(readdirSync(bench.path('etc'))).toEqual([]);
  });

  test('removes nothing where it leads', async () => {
    const desired = await bench.one(file(bench.path('theirs/d/f'), 'known to all'));
    const { uid } = await bench.target.apply(applyEffect(desired, null));
    rmSync(bench.path('theirs/d'), { recursive: true });
    writeFileSync(bench.path('etc/f'), 'known to all');
    foreignLink(bench.path('etc'), bench.path('theirs/d'));
    const error = await refusal(bench.target.remove(effectOn(desired, uid)));
    expect(error.code).toBe('host.unsafe-link');
    expect(existsSync(bench.path('etc/f'))).toBe(true);
  });

  test('is followed to what is theirs as well', async () => {
    mkdirSync(bench.path('theirs/releases'));
    lchownSync(bench.path('theirs/releases'), stranger, stranger);
    foreignLink(bench.path('theirs/releases'), bench.path('theirs/current'));
    const desired = await bench.one(file(bench.path('theirs/current/f'), 'ours'));
    const { uid } = await bench.target.apply(applyEffect(desired, null));
    expect(readFileSync(bench.path('theirs/releases/f'), 'utf8')).toBe('ours');
    await bench.target.remove(effectOn(desired, uid));
    expect(readdirSync(bench.path('theirs/releases'))).toEqual([]);
  });

  test('put and taken away all the time leads nowhere', { timeout: 60_000 }, async () => {
    const flicker = new Worker(
      `const fs = require('node:fs');
       const { workerData: { at, to, stranger } } = require('node:worker_threads');
       for (;;) {
         try {
           fs.symlinkSync(to, at + '.new'); fs.lchownSync(at + '.new', stranger, stranger);
           fs.renameSync(at, at + '.away'); fs.renameSync(at + '.new', at);
           fs.unlinkSync(at); fs.renameSync(at + '.away', at);
         } catch {
           try { fs.unlinkSync(at + '.new'); } catch {}
           try { fs.renameSync(at + '.away', at); } catch {}
         }
       }`,
      {
        eval: true,
        workerData: { at: bench.path('theirs/d'), to: bench.path('etc'), stranger },
      },
    );
    try {
      mkdirSync(bench.path('theirs/d'));
      for (let round = 0; round < 300; round++) {
        const desired = await bench
          .one(file(bench.path(`theirs/d/f${round}`), 'ours'))
          .catch(() => null);
        if (desired !== null) await bench.target.apply(applyEffect(desired, null)).catch(() => {});
      }
    } finally {
      await flicker.terminate();
    }
    expect(readdirSync(bench.path('etc'))).toEqual([]);
  });
});

describe('the log of a process', () => {
  const process = (file: string) => manifestOf('Process', 'p', { argv: ['true'], log: { file } });
  const other = { application: 'neighbour', environment: 'dev' };

  /** What an application of another key is refused with. */
  const refusedFor = async (manifest: ReturnType<typeof process>): Promise<string | null> => {
    const prepared = await bench.target.prepare([manifest], { key: other, project: null });
    return prepared.ok ? null : prepared.error.code;
  };

  test.each(['app.log', 'app.log.1', '.app.log.rotating'])(
    'is not put where %s is a file of another application',
    async (name) => {
      await bench.release(file(bench.path(`theirs/${name}`), 'precious'));
      expect(await refusedFor(process(bench.path('theirs/app.log')))).toBe('target.claim-taken');
      expect(await refusedFor(process(bench.path('theirs/another.log')))).toBe(null);
    },
  );

  test('is no place for a file of another application, nor are those it is rotated to', async () => {
    const log = { file: bench.path('theirs/app.log') };
    const { error } = await bench.release(
      manifestOf('Process', 'p', { argv: ['sleep', '600'], log }),
    );
    expect(error).toBe(null);
    for (const name of ['app.log', 'app.log.1', 'app.log.3', '.app.log.rotating']) {
      expect(await refusedFor(file(bench.path(`theirs/${name}`), 'x'))).toBe('target.claim-taken');
    }
    expect(await refusedFor(file(bench.path('theirs/app.log.4'), 'x'))).toBe(null);
    expect((await bench.release()).error).toBe(null);
  });

  test('is not put where a file of its own application is', async () => {
    const path = bench.path('theirs/app.log');
    const planned = await bench.plan(process(path), file(path, 'x'));
    expect(planned.ok ? null : planned.error.message).toContain('both claim');
  });

  test('is refused outside of hostPaths, and where a link leads out of them', async () => {
    const scope = { key, project: project({ kinds: ['Process'] }) };
    const elsewhere = await bench.target.prepare([process(bench.path('etc/app.log'))], scope);
    expect(elsewhere.ok ? null : elsewhere.error.code).toBe('target.not-permitted');
    const manifest = process(bench.path('theirs/logs/app.log'));
    const [desired] = unwrap(await bench.target.prepare([manifest], scope));
    symlinkSync(bench.path('etc'), bench.path('theirs/logs'));
    const error = await refusal(bench.target.apply(applyEffect(desired!, null)));
    expect(error.code).toBe('target.not-permitted');
    expect(readdirSync(bench.path('etc'))).toEqual([]);
  });

  test('is neither rotated nor shown where a link leads out of hostPaths since', async () => {
    const scope = { key, project: project({ kinds: ['Process'] }) };
    const manifest = process(bench.path('theirs/logs/app.log'));
    const [desired] = unwrap(await bench.target.prepare([manifest], scope));
    await bench.target.apply(applyEffect(desired!, null));
    rmSync(bench.path('theirs/logs'), { recursive: true });
    writeFileSync(bench.path('etc/app.log'), 'canary\n'.repeat(1_000));
    symlinkSync(bench.path('etc'), bench.path('theirs/logs'));
    const limits = [bench.path('theirs')];
    const path = bench.path('theirs/logs/app.log');
    const rotation = { maxBytes: 10, keep: 1, limits };
    expect((await refusal(rotateLog(path, rotation))).code).toBe('target.not-permitted');
    expect(readdirSync(bench.path('etc'))).toEqual(['app.log']);
    const lines: string[] = [];
    const read = async () => {
      const options = { tail: 10, follow: false };
      for await (const line of bench.target.logs!(key, desired!.id, options)) lines.push(line);
    };
    expect((await refusal(read())).code).toBe('target.not-permitted');
    expect(lines).toEqual([]);
    const live = await bench.live(desired!);
    expect(JSON.stringify(live)).not.toContain('canary');
    rmSync(bench.path('theirs/logs'));
    await bench.target.remove(effectOn(desired!, live.uid));
  });
});

test('a link that the administrator made is followed', async () => {
  mkdirSync(bench.path('data'));
  symlinkSync(bench.path('data'), bench.path('srv'));
  const desired = await bench.one(file(bench.path('srv/a/f'), 'ours'));
  await bench.target.apply(applyEffect(desired, null));
  expect(readFileSync(bench.path('data/a/f'), 'utf8')).toBe('ours');
});

describe('something else in the way of a file', () => {
  const things: Readonly<Record<string, (path: string) => void | Promise<void>>> = {
    'a directory': (path) => mkdirSync(path),
    'a FIFO': (path) => void execFileSync('mkfifo', [path]),
    'a socket': (path) =>
      new Promise((resolve) => {
        const server = createServer().listen(path, () => {
          server.unref();
          resolve();
        });
      }),
    ...(isRoot
      ? { 'a device': (path: string) => void execFileSync('mknod', [path, 'c', '1', '3']) }
      : {}),
  };
  test.each(Object.keys(things))('%s stays as it is, and holds nothing up', async (thing) => {
    const path = bench.path('theirs/f');
    await things[thing]?.(path);
    const desired = await bench.one(file(path, 'ours'));
    const live = await bench.live(desired);
    expect(bench.target.health(live, desired).status).toBe('Degraded');
    const error = await refusal(bench.target.apply(applyEffect(desired, live.uid)));
    expect(error.code).toBe('host.in-the-way');
    const gone = await refusal(bench.target.remove(effectOn(desired, live.uid)));
    expect(gone.code).toBe('host.in-the-way');
    expect(readdirSync(bench.path('theirs'))).toEqual(['f']);
  });

  test('another name of the same file is not changed with it', async () => {
    writeFileSync(bench.path('etc/other'), 'theirs');
    linkSync(bench.path('etc/other'), bench.path('theirs/f'));
    const desired = await bench.one(file(bench.path('theirs/f'), 'ours'));
    const live = await bench.live(desired);
    await bench.target.apply(applyEffect(desired, live.uid));
    expect(readFileSync(bench.path('theirs/f'), 'utf8')).toBe('ours');
    expect(readFileSync(bench.path('etc/other'), 'utf8')).toBe('theirs');
  });
});

describe('a project with hostPaths', () => {
  const prepare = async (spec: Record<string, string>, parts: Partial<ProjectConfig> = {}) =>
    bench.target.prepare([manifestOf('File', 'f', spec)], { key, project: project(parts) });

  test.each([
    ['a folder whose name begins like an allowed one', (at: string) => `${at}-not/f`],
    ['the same name in capitals', (at: string) => at.replace('theirs', 'THEIRS').concat('/f')],
    ['a composed letter', (at: string) => at.replace('theirs', 'the\u0131rs').concat('/f')],
    ['the way up', (at: string) => `${at}/../etc/f`],
    ['the folder above', (at: string) => at.replace('/theirs', '')],
  ])('is refused %s', async (_, pathOf) => {
    const prepared = await prepare({ path: pathOf(bench.path('theirs')), content: '' });
    expect(prepared.ok).toBe(false);
  });

  test('may make no program that runs with the rights of its owner', async () => {
    for (const mode of ['4755', '2755', '6755']) {
      const prepared = await prepare({ path: bench.path('theirs/f'), content: '', mode });
      expect(prepared.ok ? null : prepared.error.code).toBe('target.not-permitted');
    }
    expect((await prepare({ path: bench.path('theirs/f'), content: '', mode: '1755' })).ok).toBe(
      true,
    );
  });

  test('reads no secret through a link to what it may not touch', async () => {
    writeFileSync(bench.path('etc/shadow'), 'canary');
    symlinkSync(bench.path('etc/shadow'), bench.path('theirs/s'));
    const prepared = await bench.target.prepare(
      [
        manifestOf('File', 'f', {
          path: bench.path('theirs/f'),
          contentFrom: { fromFile: bench.path('theirs/s') },
        }),
      ],
      { key, project: project() },
    );
    expect(prepared.ok ? null : prepared.error.code).toBe('target.not-permitted');
  });

  test('reads no secret through a link that comes and goes', { timeout: 60_000 }, async () => {
    writeFileSync(bench.path('etc/shadow'), 'canary');
    writeFileSync(bench.path('theirs/plain'), 'plain');
    symlinkSync('plain', bench.path('theirs/s'));
    const read = new Set<string>();
    const flicker = new Worker(
      `const fs = require('node:fs');
       const { workerData: { at, to } } = require('node:worker_threads');
       for (;;) {
         try {
           fs.symlinkSync(to, at + '.new'); fs.renameSync(at + '.new', at);
           fs.symlinkSync('plain', at + '.new'); fs.renameSync(at + '.new', at);
         } catch {}
       }`,
      { eval: true, workerData: { at: bench.path('theirs/s'), to: bench.path('etc/shadow') } },
    );
    try {
      for (let round = 0; round < 500; round++) {
        const prepared = await bench.target.prepare(
          [
            manifestOf('File', 'f', {
              path: bench.path('theirs/f'),
              contentFrom: { fromFile: bench.path('theirs/s') },
            }),
          ],
          { key, project: project() },
        );
        if (!prepared.ok) continue;
        const [desired] = unwrap(prepared);
        await bench.target.apply(applyEffect(desired!, null)).catch(() => {});
        if (!existsSync(bench.path('theirs/f'))) continue;
        read.add(readFileSync(bench.path('theirs/f'), 'utf8'));
        rmSync(bench.path('theirs/f'));
      }
    } finally {
      await flicker.terminate();
    }
    expect([...read]).toEqual(['plain']);
  });

  test('holds nothing up with a secret that never ends', async () => {
    execFileSync('mkfifo', [bench.path('theirs/fifo')]);
    const manifest = manifestOf('File', 'f', {
      path: bench.path('theirs/f'),
      contentFrom: { fromFile: bench.path('theirs/fifo') },
    });
    for (let round = 0; round < 8; round++) {
      const prepared = await bench.target.prepare([manifest], { key, project: project() });
      expect(prepared.ok ? null : prepared.error.code).toBe('host.secret-missing');
    }
  });

  test.each(['Process', 'Command'])('has %s only where it names it', async (kind) => {
    const spec = kind === 'Process' ? { argv: ['true'] } : { run: ['true'] };
    for (const kinds of [[], ['*'], ['host.fairlead.dev/*'], ['File'], [kind.toLowerCase()]]) {
      const prepared = await bench.target.prepare([manifestOf(kind, 'p', spec)], {
        key,
        project: project({ kinds }),
      });
      expect(prepared.ok ? null : prepared.error.code).toBe('target.not-permitted');
    }
  });
});
