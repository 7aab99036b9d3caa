import { existsSync, writeFileSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';
import { applyEffect, key, manifestOf, steps } from '../bench.testing.ts';
import { command, createCommandBench, isAlive, sh } from './bench.testing.ts';
import type { CommandBench } from './bench.testing.ts';

let bench: CommandBench;
beforeEach(async () => {
  bench = await createCommandBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('a command with a check', () => {
  test('is run where the check fails, and is done then', async () => {
    const { plan, error } = await bench.release(bench.marking());
    expect(plan.changes).toMatchObject([
      { action: 'run', irreversible: true, causeKind: 'source' },
    ]);
    expect(error).toBeNull();
    expect(bench.lines('runs')).toHaveLength(1);
    expect(await bench.planned(bench.marking())).toEqual([]);
  });

  test('is adopted without running where the check passes already', async () => {
    writeFileSync(bench.path('done'), '');
    const { plan, error } = await bench.release(bench.marking());
    expect(steps(plan)).toEqual(['adopt Command/setup']);
    expect(error).toBeNull();
    expect(bench.lines('runs')).toEqual([]);
    expect(await bench.planned(bench.marking())).toEqual([]);
  });

  test('is asked once for each plan, and before and after it runs', async () => {
    await bench.release(bench.marking());
    expect(bench.lines('checks')).toHaveLength(3);
    await bench.planned(bench.marking());
    expect(bench.lines('checks')).toHaveLength(4);
  });

  test('does not run because its wording changed while the check passes', async () => {
    await bench.release(bench.marking());
    const other = bench.marking({ run: ['false'] });
    const { plan, error } = await bench.release(other);
    expect(steps(plan)).toEqual(['adopt Command/setup']);
    expect(error).toBeNull();
    expect(await bench.planned(other)).toEqual([]);
  });

  test('runs again when the check no longer passes, under the same id', async () => {
    await bench.release(bench.marking());
    await rm(bench.path('done'));
    const { plan } = await bench.release(bench.marking());
    expect(plan.changes).toMatchObject([
      { action: 'run', causeKind: 'drift', cause: 'its check no longer passes' },
    ]);
    const [first, second, ...more] = bench.lines('runs');
    expect(first).toMatch(/^shop\/dev\/setup\/[0-9a-f]{12}$/);
    expect(second).toBe(first);
    expect(more).toEqual([]);
  });

  test('is not run when its work is done by the time it is its turn', async () => {
    const desired = await bench.one(bench.marking());
    writeFileSync(bench.path('done'), '');
    await bench.target.apply({ ...applyEffect(desired, null), action: 'run' });
    expect(bench.lines('runs')).toEqual([]);
  });

  test('that still has something to do after it ran has failed, with what the check said', async () => {
    const spec = { check: sh('echo no file; exit 3'), run: ['true'] };
    const { error } = await bench.release(command(spec));
    expect(error).toMatchObject({
      code: 'host.command-not-effective',
      retryable: false,
      message: 'Command/setup ran, yet its check still ends with code 3; it said:\nno file',
    });
  });

  test('is run in the release that changes a file it checks, and not where it need not be', async () => {
    const words = (content: string): Manifest =>
      manifestOf('File', 'words', { path: bench.path('words'), content });
    const sort = command({
      check: sh('sort words | cmp -s - sorted'),
      run: sh('echo run >>runs; sort words >sorted'),
      cwd: bench.path(''),
    });
    await bench.release(words('b\na\n'), sort);
    expect(bench.lines('sorted')).toEqual(['a', 'b']);

    const other = await bench.release(words('d\nc\n'), sort);
    expect(steps(other.plan)).toEqual(['update File/words', 'run Command/setup']);
    expect(other.error).toBeNull();
    expect(bench.lines('sorted')).toEqual(['c', 'd']);
    expect(await bench.planned(words('d\nc\n'), sort)).toEqual([]);

    const same = await bench.release(words('c\nd\n'), sort);
    expect(steps(same.plan)).toEqual(['update File/words', 'run Command/setup']);
    expect(same.error).toBeNull();
    expect(same.results).toEqual(['update done', 'run skipped']);
    expect(bench.lines('runs')).toHaveLength(2);
  });

  test('is not asked where nothing may be started, and is said not to be', async () => {
    await bench.release(bench.marking());
    const asked = bench.lines('checks').length;
    const desired = await bench.one(bench.marking());
    const reference = { id: desired.id, locator: {}, uid: null, desired };
    const [seen] = await bench.target.read(key, [reference], undefined, { runNothing: true });
    expect(seen).toMatchObject({ kind: 'present', live: { unasked: true } });
    expect(bench.lines('checks')).toHaveLength(asked);
  });

  test('comes after the files and the directory that it works with', async () => {
    const all = [
      command({
        check: ['./check.sh'],
        run: sh('touch done'),
        cwd: bench.path('work'),
      }),
      manifestOf('File', 'script', {
        path: bench.path('work/check.sh'),
        mode: '0755',
        content: '#!/bin/sh\ntest -e done\n',
      }),
      manifestOf('Directory', 'work', { path: bench.path('work') }),
    ];
    const { plan, error } = await bench.release(...all);
    expect(steps(plan)).toEqual([
      'create Directory/work',
      'create File/script',
      'run Command/setup',
    ]);
    expect(error).toBeNull();
    expect(await bench.planned(...all)).toEqual([]);
    await chmod(bench.path('work/check.sh'), 0o644);
    const healed = await bench.release(...all);
    expect(healed.error).toBeNull();
    expect(await bench.planned(...all)).toEqual([]);
  });
});

describe('a check that gives no answer', () => {
  const unreadable = async (check: readonly string[], more: JsonObject = {}): Promise<string> => {
    const result = await bench.plan(command({ check, run: sh('touch ran'), ...more }));
    if (result.ok) throw new Error(`it was planned: ${steps(result.value.plan).join()}`);
    expect(result.error.cause).toMatchObject({ code: 'host.check-unusable' });
    return result.error.message;
  };

  test('stops the plan: no such program', async () => {
    const message = await unreadable(['no-such-program']);
    expect(message).toMatch(/there is no program no-such-program in .*folders? of PATH/);
    expect(message).not.toContain(process.env['PATH']);
  });

  test('stops the plan: too slow, and nothing of it is left', async () => {
    const check = sh(`echo $$ >${bench.path('pid')}; sleep 60 & wait`);
    expect(await unreadable(check, { checkTimeout: '300ms' })).toContain(
      'the check of Command/setup did not end within 300 ms',
    );
    expect(isAlive(Number(bench.lines('pid')[0]))).toBe(false);
  });

  test('stops the plan: killed', async () => {
    expect(await unreadable(sh('kill -9 $$'))).toContain('was ended by SIGKILL');
  });

  test('never lets the command run: a program that a shell does not find', async () => {
    const { error } = await bench.release(
      command({ check: sh('no-such-program'), run: sh(`touch ${bench.path('ran')}`) }),
    );
    expect(error).toMatchObject({ code: 'host.check-unusable' });
    expect(existsSync(bench.path('ran'))).toBe(false);
  });

  test('never lets the command run: a path where nothing is', async () => {
    const check = [bench.path('no-such-program')];
    const { plan, error } = await bench.release(
      command({ check, run: sh(`touch ${bench.path('ran')}`) }),
    );
    expect(steps(plan)).toEqual(['run Command/setup']);
    expect(error).toMatchObject({ code: 'host.check-unusable' });
    expect(existsSync(bench.path('ran'))).toBe(false);
  });
});
