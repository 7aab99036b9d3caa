import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';
import { unwrap } from '../../../model/result.ts';
import { sha256 } from '../../../system/hasher.ts';
import { fencedOff } from '../../errors.ts';
import { applyEffect, createBench, key, manifestOf, refusal, steps } from '../bench.testing.ts';
import type { Bench } from '../bench.testing.ts';
import { encodeEnvelope } from '../ledger/envelope.ts';
import type { CommandRecord } from './record.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
  await mkdir(bench.path(''), { recursive: true });
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const command = (spec: JsonObject, name = 'setup'): Manifest => manifestOf('Command', name, spec);

const sh = (text: string): readonly string[] => ['/bin/sh', '-c', text];

/** Makes `done`, and notes each run and each check. */
const marking = (more: JsonObject = {}): Manifest =>
  command({
    check: sh('echo >>checks; test -e done'),
    run: sh('echo "$FAIRLEAD_COMMAND_ID" >>runs; touch done'),
    cwd: bench.path(''),
    ...more,
  });

/** Without a check: notes each run. */
const once = (word: string, more: JsonObject = {}): Manifest =>
  command({ run: sh(`echo ${word} >>runs`), cwd: bench.path(''), ...more });

const lines = (name: string): readonly string[] =>
  existsSync(bench.path(name))
    ? readFileSync(bench.path(name), 'utf8').split('\n').slice(0, -1)
    : [];

const planned = async (...manifests: readonly Manifest[]): Promise<readonly string[]> =>
  steps(unwrap(await bench.plan(...manifests)).plan);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a command with a check', () => {
  test('is run where the check fails, and is done then', async () => {
    const { plan, error } = await bench.release(marking());
    expect(plan.changes).toMatchObject([
      { action: 'run', irreversible: true, causeKind: 'source' },
    ]);
    expect(error).toBeNull();
    expect(lines('runs')).toHaveLength(1);
    expect(await planned(marking())).toEqual([]);
  });

  test('is adopted without running where the check passes already', async () => {
    writeFileSync(bench.path('done'), '');
    const { plan, error } = await bench.release(marking());
    expect(steps(plan)).toEqual(['adopt Command/setup']);
    expect(error).toBeNull();
    expect(lines('runs')).toEqual([]);
    expect(await planned(marking())).toEqual([]);
  });

  test('is asked once for each plan, and before and after it runs', async () => {
    await bench.release(marking());
    expect(lines('checks')).toHaveLength(3);
    await planned(marking());
    expect(lines('checks')).toHaveLength(4);
  });

  test('does not run because its wording changed while the check passes', async () => {
    await bench.release(marking());
    const other = marking({ run: ['false'] });
    const { plan, error } = await bench.release(other);
    expect(steps(plan)).toEqual(['adopt Command/setup']);
    expect(error).toBeNull();
    expect(await planned(other)).toEqual([]);
  });

  test('runs again when the check no longer passes, under the same id', async () => {
    await bench.release(marking());
    await rm(bench.path('done'));
    const { plan } = await bench.release(marking());
    expect(plan.changes).toMatchObject([
      { action: 'run', causeKind: 'drift', cause: 'its check no longer passes' },
    ]);
    const [first, second, ...more] = lines('runs');
    expect(first).toMatch(/^shop\/dev\/setup\/[0-9a-f]{12}$/);
    expect(second).toBe(first);
    expect(more).toEqual([]);
  });

  test('is not run when its work is done by the time it is its turn', async () => {
    const desired = await bench.one(marking());
    writeFileSync(bench.path('done'), '');
    await bench.target.apply({ ...applyEffect(desired, null), action: 'run' });
    expect(lines('runs')).toEqual([]);
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
    expect(lines('sorted')).toEqual(['a', 'b']);

    const other = await bench.release(words('d\nc\n'), sort);
    expect(steps(other.plan)).toEqual(['update File/words', 'run Command/setup']);
    expect(other.error).toBeNull();
    expect(lines('sorted')).toEqual(['c', 'd']);
    expect(await planned(words('d\nc\n'), sort)).toEqual([]);

    const same = await bench.release(words('c\nd\n'), sort);
    expect(steps(same.plan)).toEqual(['update File/words', 'run Command/setup']);
    expect(same.error).toBeNull();
    expect(same.results).toEqual(['update done', 'run skipped']);
    expect(lines('runs')).toHaveLength(2);
  });

  test('is not asked where nothing may be started, and is said not to be', async () => {
    await bench.release(marking());
    const asked = lines('checks').length;
    const desired = await bench.one(marking());
    const reference = { id: desired.id, locator: {}, uid: null, desired };
    const [seen] = await bench.target.read(key, [reference], undefined, { runNothing: true });
    expect(seen).toMatchObject({ kind: 'present', live: { unasked: true } });
    expect(lines('checks')).toHaveLength(asked);
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
    expect(await planned(...all)).toEqual([]);
    await chmod(bench.path('work/check.sh'), 0o644);
    const healed = await bench.release(...all);
    expect(healed.error).toBeNull();
    expect(await planned(...all)).toEqual([]);
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
    expect(isAlive(Number(lines('pid')[0]))).toBe(false);
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

describe('a command without a check', () => {
  test('runs once for each wording', async () => {
    await bench.release(once('one'));
    expect(await planned(once('one'))).toEqual([]);
    const { plan, error } = await bench.release(once('two'));
    expect(plan.changes).toMatchObject([
      {
        action: 'run',
        diff: [{ path: 'run', from: sh('echo one >>runs'), to: sh('echo two >>runs') }],
        causeKind: 'source',
      },
    ]);
    expect(error).toBeNull();
    await bench.release(once('two'));
    await bench.release(once('one'));
    expect(lines('runs')).toEqual(['one', 'two', 'one']);
  });

  test('runs again for another environment, not for another time limit', async () => {
    await bench.release(once('one'));
    expect(await planned(once('one', { timeout: '5s', checkTimeout: '1s' }))).toEqual([]);
    expect(await planned(once('one', { env: { ROUND: '2' } }))).toEqual(['run Command/setup']);
  });

  test('runs again where it failed, and where it came back to the source', async () => {
    const failing = command({ run: sh('echo x >>runs; test -e ready'), cwd: bench.path('') });
    expect((await bench.release(failing)).error).toMatchObject({ code: 'host.command-failed' });
    expect((await bench.release(failing)).error).toMatchObject({ code: 'host.command-failed' });
    writeFileSync(bench.path('ready'), '');
    expect((await bench.release(failing)).error).toBeNull();
    expect(lines('runs')).toHaveLength(3);
    await bench.release();
    expect((await bench.release(failing)).error).toBeNull();
    expect(lines('runs')).toHaveLength(4);
  });

  test('runs the earlier wording again after a later one failed', async () => {
    await bench.release(once('one'));
    await bench.release(command({ run: sh('echo bad >>runs; false'), cwd: bench.path('') }));
    expect((await bench.release(once('one'))).error).toBeNull();
    expect(lines('runs')).toEqual(['one', 'bad', 'one']);
  });

  test('is not run twice when the answer of the first time was lost', async () => {
    const desired = await bench.one(once('one'));
    const first = await bench.target.apply({ ...applyEffect(desired, null), action: 'run' });
    const again = await bench.target.apply({ ...applyEffect(desired, null), action: 'run' });
    expect(again).toEqual(first);
    expect(lines('runs')).toEqual(['one']);
  });

  test('refuses a plan that was made on another run', async () => {
    await bench.release(once('one'));
    const desired = await bench.one(once('two'));
    const effect = { ...applyEffect(desired, 'command:other'), action: 'run' as const };
    expect((await refusal(bench.target.apply(effect))).code).toBe('target.precondition-failed');
    expect(lines('runs')).toEqual(['one']);
  });

  test('that ran in a release whose end nobody recorded is taken over, and that release ends well', async () => {
    await bench.release(once('one'));
    const { ledger } = bench.target;
    const inventory = (await ledger.load(key))!;
    // What is left by a controller that is killed after the run: announced, and not confirmed.
    const entries = inventory.entries.map((entry) => ({ ...entry, uid: null }));
    await ledger.save(key, { ...inventory, entries, verified: '' }, inventory.epoch);
    const { plan, error } = await bench.release(once('one'));
    expect(steps(plan)).toEqual(['adopt Command/setup']);
    expect(error).toBeNull();
    expect(await planned(once('one'))).toEqual([]);
    expect(lines('runs')).toEqual(['one']);
  });

  test('is done for good, whoever looks: another controller, the same application under another name', async () => {
    await bench.release(once('one'));
    const desired = await bench.one(once('one'));
    const inventory = await bench.target.ledger.load(key);
    const uid = inventory?.entries[0]?.uid ?? null;
    const other = await bench.open();
    const reference = { id: desired.id, locator: {}, uid, desired };
    for (const application of ['shop', 'renamed']) {
      expect(await other.read({ ...key, application }, [reference])).toMatchObject([
        { kind: 'present', live: { uid, fields: desired.fields } },
      ]);
    }
  });
});

describe('running', () => {
  test('says why it failed, with the end of the output', async () => {
    const spec = { run: sh('seq 1 5000; echo "boom \u001b[31mred" >&2; exit 7') };
    const { error } = await bench.release(command(spec));
    expect(error).toMatchObject({ code: 'host.command-failed', retryable: true });
    expect(error?.message).toMatch(/^Command\/setup ended with code 7; it said:\n/);
    expect(error?.message).toMatch(/4998\n4999\n5000/);
    expect(error?.message).toContain('boom red');
    expect(error?.message.length).toBeLessThan(1_200);
  });

  test('ends what takes too long with all that it started', async () => {
    const spec = {
      run: sh('trap "" TERM; (trap "" TERM; sleep 60) & echo $! >child; echo $$ >pid; wait'),
      cwd: bench.path(''),
      timeout: '500ms',
    };
    const { error } = await bench.release(command(spec));
    expect(error).toMatchObject({
      code: 'host.command-failed',
      message: 'Command/setup did not end within 500 ms and was ended',
    });
    for (const name of ['pid', 'child']) {
      const [pid] = lines(name);
      expect(Number(pid)).toBeGreaterThan(0);
      await expect.poll(() => isAlive(Number(pid)), { timeout: 5_000 }).toBe(false);
    }
  });

  test('is ended when the controller stops, and what came of it is unknown', async () => {
    const desired = await bench.one(
      command({ run: sh('echo $$ >pid; sleep 60'), cwd: bench.path('') }),
    );
    const stopping = new AbortController();
    const running = bench.target.apply({
      ...applyEffect(desired, null),
      action: 'run',
      signal: stopping.signal,
    });
    const refused = refusal(running);
    await expect.poll(() => lines('pid'), { timeout: 10_000 }).toHaveLength(1);
    stopping.abort();
    expect(await refused).toMatchObject({
      code: 'host.command-interrupted',
      class: 'unknown-outcome',
    });
    expect(isAlive(Number(lines('pid')[0]))).toBe(false);
  });

  test('does not wait for what it leaves running in the background', async () => {
    const spec = { run: sh('sleep 60 & echo $! >pid; echo started'), cwd: bench.path('') };
    expect((await bench.release(command(spec))).error).toBeNull();
    process.kill(Number(lines('pid')[0]));
  });

  test('touches nothing once a newer writer has taken over', async () => {
    const desired = await bench.one(once('one'));
    const fence = async (): Promise<void> => {
      throw fencedOff({ message: 'a newer writer is there' });
    };
    const effect = { ...applyEffect(desired, null), action: 'run' as const, fence };
    expect((await refusal(bench.target.apply(effect))).code).toBe('target.fenced-off');
    expect(lines('runs')).toEqual([]);
  });

  test('knows only what it is given of the environment', async () => {
    bench.env['CONTROLLER_TOKEN'] = 'hush';
    const spec = { run: sh('env >seen'), cwd: bench.path(''), env: { GIVEN: 'a b' } };
    expect((await bench.release(command(spec))).error).toBeNull();
    const names = lines('seen').map((line) => line.replace(/=.*/, ''));
    expect(names.toSorted()).toEqual(
      expect.arrayContaining(['FAIRLEAD_COMMAND_ID', 'GIVEN', 'HOME', 'LANG', 'PATH']),
    );
    expect(names).not.toContain('CONTROLLER_TOKEN');
    expect(lines('seen')).toContain('GIVEN=a b');
  });

  test('keeps its output for the log, and the log alone', async () => {
    await bench.release(command({ run: sh('echo one; echo two; echo three') }));
    const desired = await bench.one(command({ run: ['true'] }));
    const told: string[] = [];
    for await (const line of bench.target.logs!(key, desired.id, { tail: 2, follow: false })) {
      told.push(line);
    }
    expect(told).toEqual(['two', 'three']);
  });
});

describe('a run whose controller died', () => {
  /** What a controller leaves that is killed in the middle of a run. */
  const leave = async (agoMs: number): Promise<{ manifest: Manifest; pid: number }> => {
    const manifest = command({
      run: sh('test -e ready'),
      cwd: bench.path(''),
      timeout: '1m',
    });
    await bench.release(manifest);
    const folder = `${bench.folder}/state/commands`;
    const [file = ''] = readdirSync(folder);
    const [, body = ''] = readFileSync(`${folder}/${file}`, 'utf8').split('\n');
    const record = JSON.parse(body) as CommandRecord;
    const child = spawn('sleep', ['60'], {
      detached: true,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], FAIRLEAD_COMMAND_ID: record.id },
    });
    child.unref();
    const startedAtMs = record.startedAtMs - agoMs;
    const started = { ...record, state: 'started', startedAtMs };
    await writeFile(`${folder}/${file}`, encodeEnvelope(sha256, 'command', 1, started));
    writeFileSync(bench.path('ready'), '');
    return { manifest, pid: child.pid ?? 0 };
  };

  test('is waited for', async () => {
    const { manifest, pid } = await leave(0);
    const { error } = await bench.release(manifest);
    expect(error).toMatchObject({ code: 'host.command-busy', retryable: true });
    expect(error?.message).toContain(`process ${pid}`);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid);
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    expect((await bench.release(manifest)).error).toBeNull();
  });

  test('is ended once its time is over', async () => {
    const { manifest, pid } = await leave(61_000);
    expect((await bench.release(manifest)).error).toBeNull();
    expect(isAlive(pid)).toBe(false);
  });
});

describe('secrets', () => {
  const secret = 'correct horse\nbattery staple';

  const shouting = (): Manifest =>
    command({
      run: sh(
        'printf "%s" "$PASSWORD" >got; echo "[$PASSWORD]"; printf %s "$PASSWORD" | base64; exit 1',
      ),
      cwd: bench.path(''),
      env: { PASSWORD: { fromEnv: 'SHOP_PASSWORD' } },
    });

  const everythingStored = (folder: string): string =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))
      .join('\n');

  test('reach the program and nothing else: no error, plan, log or record holds them', async () => {
    bench.env['SHOP_PASSWORD'] = secret;
    const { plan, error } = await bench.release(shouting());
    expect(readFileSync(bench.path('got'), 'utf8')).toBe(secret);
    expect(error?.message).toContain('[«secret»]');
    const seen = JSON.stringify([plan, error]) + everythingStored(`${bench.folder}/state`);
    for (const part of ['horse', 'staple', Buffer.from(secret).toString('base64')]) {
      expect(seen).not.toContain(part);
    }
  });

  test('that are no longer those of the plan stop the command', async () => {
    bench.env['SHOP_PASSWORD'] = secret;
    const desired = await bench.one(shouting());
    bench.env['SHOP_PASSWORD'] = 'another';
    const effect = { ...applyEffect(desired, null), action: 'run' as const };
    expect((await refusal(bench.target.apply(effect))).code).toBe('host.secret-changed');
    expect(existsSync(bench.path('got'))).toBe(false);
  });

  test('that changed make a command without a check run again', async () => {
    const manifest = once('x', { env: { PASSWORD: { fromEnv: 'SHOP_PASSWORD' } } });
    bench.env['SHOP_PASSWORD'] = 'one';
    await bench.release(manifest);
    expect(await planned(manifest)).toEqual([]);
    bench.env['SHOP_PASSWORD'] = 'two';
    expect(await planned(manifest)).toEqual(['run Command/setup']);
  });
});

describe('leaving the source', () => {
  test('only forgets it, and says so', async () => {
    await bench.release(marking());
    const { plan, error } = await bench.release();
    expect(steps(plan)).toEqual([]);
    expect(plan.warnings).toEqual([
      'Command/setup is no longer wanted; what it did stays as it is',
    ]);
    expect(error).toBeNull();
    expect((await bench.target.ledger.load(key))?.entries).toEqual([]);
    expect(existsSync(bench.path('done'))).toBe(true);
  });
});

describe('a manifest', () => {
  const refused = async (spec: JsonObject): Promise<string> => {
    const result = await bench.prepare(command(spec));
    if (result.ok) throw new Error('it was taken');
    expect(result.error.code).toBe('target.manifest-invalid');
    return result.error.message;
  };

  test('is refused with what is wrong and where', async () => {
    expect(await refused({})).toContain('app/setup.yaml:3: Command/setup: spec.run is missing');
    expect(await refused({ run: [] })).toContain('spec.run needs a program');
    expect(await refused({ run: ['echo', 1] })).toContain('spec.run[1] must be text: write "1"');
    expect(await refused({ runs: ['x'], run: ['x'] })).toContain('did you mean run?');
    expect(await refused({ run: ['x'], env: { FAIRLEAD_X: '1' } })).toContain(
      'belongs to Fairlead',
    );
    expect(await refused({ run: ['x'], env: { A: 1 } })).toContain('spec.env.A must be text');
    expect(await refused({ run: ['x'], timeout: 5 })).toContain('write "5s" for seconds');
    expect(await refused({ run: ['x'], cwd: 'here' })).toContain('must be an absolute path');
  });
});

describe('a project with hostPaths', () => {
  const prepare = async (kinds: readonly string[], spec: JsonObject): Promise<string | null> => {
    const project = {
      name: 'web',
      sources: [],
      targets: [],
      kinds,
      hostPaths: [bench.path('inside')],
      origin: { file: 'fairlead.yaml' },
    };
    const result = await bench.target.prepare([command(spec)], { key, project });
    return result.ok ? null : result.error.code;
  };

  test('has commands only where it names them, and then in its folders', async () => {
    const run = ['true'];
    expect(await prepare([], { run })).toBe('target.not-permitted');
    expect(await prepare(['Command'], { run })).toBeNull();
    expect(await prepare(['host.fairlead.dev/Command'], { run })).toBeNull();
    const kinds = ['Command'];
    expect(await prepare(kinds, { run, cwd: bench.path('inside/a') })).toBeNull();
    expect(await prepare(kinds, { run, cwd: bench.path('outside') })).toBe('target.not-permitted');
    const env = { A: { fromEnv: 'PATH' } };
    expect(await prepare(kinds, { run, env })).toBe('target.not-permitted');
  });
});
