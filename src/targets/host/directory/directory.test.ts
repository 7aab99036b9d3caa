import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../model/resource.ts';
import { unwrap } from '../../../model/result.ts';
import { referencesFor } from '../../../apply/observe.ts';
import {
  applyEffect,
  createBench,
  effectOn,
  key,
  manifestOf,
  refusal,
  steps,
} from '../bench.testing.ts';
import type { Bench } from '../bench.testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const directory = (name: string, spec: Record<string, string> = {}): Manifest =>
  manifestOf('Directory', name.replaceAll('/', '-'), { path: bench.path(name), ...spec });

const file = (name: string): Manifest =>
  manifestOf('File', name.replaceAll('/', '-'), { path: bench.path(name), content: 'x\n' });

const modeOf = (name: string): string =>
  (statSync(bench.path(name)).mode & 0o7777).toString(8).padStart(4, '0');

describe('a directory', () => {
  test('is made with its missing parents and exactly its mode, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      expect((await bench.release(directory('a/b/c', { mode: '2775' }))).error).toBeNull();
    } finally {
      process.umask(before);
    }
    expect(modeOf('a/b/c')).toBe('2775');
  });

  test('comes before what is in it, outer before inner, and goes after it', async () => {
    const all = [file('a/b/f'), directory('a/b', { mode: '0700' }), directory('a')];
    const { plan, error } = await bench.release(...all);
    expect(steps(plan)).toEqual([
      'create Directory/a',
      'create Directory/a-b',
      'create File/a-b-f',
    ]);
    expect(error).toBeNull();
    expect(modeOf('a/b')).toBe('0700');
    const removal = await bench.release();
    expect(steps(removal.plan)).toEqual([
      'delete File/a-b-f',
      'delete Directory/a-b',
      'delete Directory/a',
    ]);
    expect(removal.error).toBeNull();
    expect(existsSync(bench.path('a'))).toBe(false);
  });

  test('that is there as wanted is adopted with all that is in it', async () => {
    mkdirSync(bench.path('a'), { recursive: true, mode: 0o755 });
    await writeFile(bench.path('a/theirs'), 'x');
    const { plan, error } = await bench.release(directory('a'));
    expect(steps(plan)).toEqual(['adopt Directory/a']);
    expect(error).toBeNull();
    expect(readdirSync(bench.path('a'))).toEqual(['theirs']);
    expect(steps(unwrap(await bench.plan(directory('a'))).plan)).toEqual([]);
  });

  test('that is there with another mode gets the wanted one, and keeps its content', async () => {
    await mkdir(bench.path('a'), { recursive: true, mode: 0o700 });
    await writeFile(bench.path('a/theirs'), 'x');
    const { plan } = await bench.release(directory('a', { mode: '0750' }));
    expect(plan.changes[0]).toMatchObject({
      action: 'update',
      diff: [{ path: 'mode', from: '0700', to: '0750' }],
    });
    expect(modeOf('a')).toBe('0750');
    expect(readdirSync(bench.path('a'))).toEqual(['theirs']);
  });

  test.skipIf(process.getuid?.() !== 0)(
    'gets an owner, and back the one it is to have',
    async () => {
      const owned = directory('a', { owner: '1234:4321' });
      expect((await bench.release(owned)).error).toBeNull();
      expect(statSync(bench.path('a'))).toMatchObject({ uid: 1234, gid: 4321 });
      chownSync(bench.path('a'), 1, 1);
      const { plan, error } = await bench.release(owned);
      expect(plan.changes[0]?.diff).toEqual([{ path: 'owner', from: '1:1', to: '1234:4321' }]);
      expect(error).toBeNull();
      expect(statSync(bench.path('a'))).toMatchObject({ uid: 1234, gid: 4321 });
    },
  );

  test('is not planned again because something happened in it', async () => {
    await bench.release(directory('a'));
    await writeFile(bench.path('a/theirs'), 'x');
    await mkdir(bench.path('a/more'));
    expect(steps(unwrap(await bench.plan(directory('a'))).plan)).toEqual([]);
  });
});

describe('what is in the way', () => {
  const error = async (manifest = directory('a')): Promise<unknown> => {
    const planned = await bench.plan(manifest);
    return planned.ok ? null : planned.error;
  };

  test('is told before anybody agrees to a plan: a directory where a file belongs', async () => {
    await mkdir(bench.path('a'), { recursive: true });
    expect(await error(file('a'))).toMatchObject({
      code: 'host.in-the-way',
      message: `${bench.path('a')} is a directory, not a file`,
    });
  });

  test('is told before: a file where the folder of another belongs, however deep', async () => {
    await mkdir(bench.path(''), { recursive: true });
    await writeFile(bench.path('a'), 'theirs');
    for (const wanted of [file('a/b'), file('a/b/c'), directory('a/b')]) {
      expect(await error(wanted)).toMatchObject({
        code: 'host.in-the-way',
        message: `${bench.path('a')} is a file, not a directory`,
      });
    }
  });

  test('is told before with what to do, where it is our own and goes with the same commit: a file, or a directory', async () => {
    await bench.release(file('a'), directory('d'), file('other'));
    for (const wanted of [file('a/b'), file('a/b/c'), directory('a')]) {
      const planned = await bench.plan(wanted, directory('d'), file('other'));
      expect(planned.ok ? null : planned.error).toMatchObject({
        code: 'host.in-the-way',
        message: `${bench.path('a')} is a file, not a directory, until File/a is deleted, which comes after everything is made`,
        hint: expect.stringContaining('two commits: take File/a out in the first'),
      });
    }
    const planned = await bench.plan(file('d'), file('a'), file('other'));
    expect(planned.ok ? null : planned.error).toMatchObject({
      code: 'host.in-the-way',
      message: `${bench.path('d')} is a directory, not a file, until Directory/d is deleted, which comes after everything is made`,
      hint: expect.stringContaining('take Directory/d out in the first'),
    });
  });

  test('goes with two commits: out of the way with the first, the other type with the second', async () => {
    await bench.release(file('a'), directory('d'), file('other'));
    expect((await bench.release(file('other'))).error).toBeNull();
    expect((await bench.release(file('a/b'), file('d'), file('other'))).error).toBeNull();
    expect(statSync(bench.path('a/b')).isFile()).toBe(true);
    expect(statSync(bench.path('d')).isFile()).toBe(true);
  });

  test('is told before with what to do, where it is a folder that was made for our own files and that no Directory declares', async () => {
    await bench.release(file('a/b'), file('a/c/d'), file('other'));
    const planned = await bench.plan(file('a'), file('other'));
    expect(planned.ok ? null : planned.error).toMatchObject({
      code: 'host.in-the-way',
      message: `${bench.path('a')} is a directory, not a file; it was made for File/a-b and others, and stays when they are deleted`,
      hint: `Make it three steps: take what is in ${bench.path('a')} out in one commit; once that is released, remove the folder on the machine; bring the file with a second commit.`,
    });
    expect((await bench.release(file('other'))).error).toBeNull();
    await rm(bench.path('a'), { recursive: true });
    expect((await bench.release(file('a'), file('other'))).error).toBeNull();
  });

  test('is told by the release that would heal it, where it came into the place of what was released', async () => {
    await bench.release(file('a'), file('b'));
    await rm(bench.path('a'));
    await mkdir(bench.path('a'));
    await writeFile(bench.path('b'), 'theirs');
    const { plan, error: found } = await bench.release(file('a'), file('b'));
    expect(steps(plan)).toEqual(['update File/a', 'update File/b']);
    expect(found).toMatchObject({ code: 'host.in-the-way' });
  });

  test('is left as it is: a file', async () => {
    await mkdir(bench.path(''), { recursive: true });
    await writeFile(bench.path('a'), 'theirs');
    expect(await error()).toMatchObject({
      code: 'host.in-the-way',
      message: `${bench.path('a')} is a file, not a directory`,
    });
    expect(statSync(bench.path('a')).isFile()).toBe(true);
  });

  test('is left as it is: a symlink, also to a directory', async () => {
    await mkdir(bench.path('real'), { recursive: true, mode: 0o700 });
    symlinkSync('real', bench.path('a'));
    expect(await error()).toMatchObject({
      code: 'host.in-the-way',
      message: `${bench.path('a')} is a symlink to real, not a directory`,
    });
    expect(modeOf('real')).toBe('0700');
  });
});

describe('removal', () => {
  test('gives up a directory that holds what Fairlead did not make, and says so before', async () => {
    await bench.release(directory('a'), file('a/ours'));
    for (const name of ['one', 'two', 'three', 'four'])
      await writeFile(bench.path(`a/${name}`), '');
    const { plan, error } = await bench.release();
    expect(steps(plan)).toEqual(['delete File/a-ours']);
    expect(plan.warnings).toHaveLength(1);
    expect(plan.warnings[0]).toMatch(
      /^Directory\/a is no longer wanted; \S+\/a stays, because it holds (?:(?:one|two|three|four), ){2}(?:one|two|three|four) and more$/,
    );
    expect(error).toBeNull();
    expect(readdirSync(bench.path('a')).toSorted()).toEqual(['four', 'one', 'three', 'two']);
    expect((await bench.target.ledger.load(key))?.entries).toEqual([]);
  });

  test('gives up a directory in which a file is still wanted', async () => {
    await bench.release(directory('a'), file('a/kept'));
    const { plan, error } = await bench.release(file('a/kept'));
    expect(steps(plan)).toEqual([]);
    expect(plan.warnings).toEqual([
      `Directory/a is no longer wanted; ${bench.path('a')} stays, because it holds kept`,
    ]);
    expect(error).toBeNull();
    expect(existsSync(bench.path('a/kept'))).toBe(true);
  });

  test('gives up a directory in which something stays that is not to be pruned, at once and for good', async () => {
    const kept = manifestOf('File', 'kept', { path: bench.path('a/kept'), content: 'x' });
    const metadata = { name: 'kept', annotations: { 'fairlead.dev/prune': 'disabled' } };
    const staying = { ...kept, body: { ...kept.body, metadata } };
    await bench.release(directory('a'), staying, file('other'));
    const first = await bench.release(file('other'));
    expect([first.error, steps(first.plan)]).toEqual([null, []]);
    expect(first.plan.warnings).toHaveLength(2);
    const second = await bench.release(file('other'));
    expect([second.error, steps(second.plan)]).toEqual([null, []]);
    expect(existsSync(bench.path('a/kept'))).toBe(true);
  });

  test('gives up the outer directory as well when the inner one stays', async () => {
    await bench.release(directory('a'), directory('a/b'), directory('c'));
    await writeFile(bench.path('a/b/theirs'), '');
    const { plan, error } = await bench.release();
    expect(steps(plan)).toEqual(['delete Directory/c']);
    expect(plan.warnings.map((text) => text.replace(/^.*holds /, ''))).toEqual([
      'b/theirs',
      'theirs',
    ]);
    expect(error).toBeNull();
    expect(existsSync(bench.path('a/b/theirs'))).toBe(true);
  });

  test('never deletes what appeared after it was planned', async () => {
    const desired = await bench.one(directory('a'));
    const { uid } = await bench.target.apply(applyEffect(desired, null));
    await writeFile(bench.path('a/theirs'), '');
    const error = await refusal(bench.target.remove(effectOn(desired, uid)));
    expect(error).toMatchObject({
      code: 'host.directory-not-empty',
      message: `${bench.path('a')} still holds theirs`,
    });
    expect(existsSync(bench.path('a/theirs'))).toBe(true);
  });

  test('refuses a directory that somebody made anew', async () => {
    const desired = await bench.one(directory('a'));
    const { uid } = await bench.target.apply(applyEffect(desired, null));
    await rename(bench.path('a'), bench.path('old'));
    await mkdir(bench.path('a'));
    expect((await refusal(bench.target.remove(effectOn(desired, uid)))).code).toBe(
      'target.precondition-failed',
    );
    expect(existsSync(bench.path('a'))).toBe(true);
  });
});

describe('watching', () => {
  test('tells of another mode and of a deleted folder; healing puts back the folder and its files', async () => {
    const wanted = [directory('a'), file('a/f')];
    await bench.release(...wanted);
    const desired = unwrap(await bench.prepare(...wanted));
    const told: string[] = [];
    bench.target.onChange(({ id, message }) => told.push(`${id?.kind}: ${message}`));
    const inventory = await bench.target.ledger.load(key);
    const references = [...referencesFor(desired, inventory).values()];
    await bench.target.watch({ key, references });
    await bench.target.read(key, references);

    await chmod(bench.path('a'), 0o700);
    await expect.poll(() => told, { timeout: 10_000 }).toContain('Directory: a was changed');
    expect((await bench.release(...wanted)).error).toBeNull();
    expect(modeOf('a')).toBe('0755');

    rmSync(bench.path('a'), { recursive: true });
    await expect.poll(() => told, { timeout: 10_000 }).toContain('Directory: a is gone');
    const healed = await bench.release(...wanted);
    expect(steps(healed.plan)).toEqual(['create Directory/a', 'create File/a-f']);
    expect(existsSync(bench.path('a/f'))).toBe(true);
  });
});

describe('limits of a project', () => {
  const project = (hostPath: string) => ({
    name: 'web',
    sources: [],
    targets: [],
    kinds: [],
    hostPaths: [hostPath],
    origin: { file: 'fairlead.yaml' },
  });

  test('refuse a path outside, also through a symlink put there after it was prepared', async () => {
    const scope = { key, project: project(bench.path('inside')) };
    const outside = await bench.target.prepare([directory('outside/a')], scope);
    expect(outside.ok ? null : outside.error.code).toBe('target.not-permitted');
    const [desired] = unwrap(await bench.target.prepare([directory('inside/way/a')], scope));
    if (desired === undefined) throw new Error('nothing was prepared');
    await mkdir(bench.path('inside'), { recursive: true });
    await mkdir(bench.path('outside'));
    symlinkSync(bench.path('outside'), bench.path('inside/way'));
    expect((await refusal(bench.target.apply(applyEffect(desired, null)))).code).toBe(
      'target.not-permitted',
    );
    expect(readdirSync(bench.path('outside'))).toEqual([]);
  });
});
