import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../model/resource.ts';
import { sha256 } from '../../../system/hasher.ts';
import { fencedOff } from '../../errors.ts';
import { applyEffect, key, refusal } from '../bench.testing.ts';
import { encodeEnvelope } from '../ledger/envelope.ts';
import { command, createCommandBench, isAlive, sh } from './bench.testing.ts';
import type { CommandBench } from './bench.testing.ts';
import type { CommandRecord } from './record.ts';

let bench: CommandBench;
beforeEach(async () => {
  bench = await createCommandBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

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
      const [pid] = bench.lines(name);
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
    await expect.poll(() => bench.lines('pid'), { timeout: 10_000 }).toHaveLength(1);
    stopping.abort();
    expect(await refused).toMatchObject({
      code: 'host.command-interrupted',
      class: 'unknown-outcome',
    });
    expect(isAlive(Number(bench.lines('pid')[0]))).toBe(false);
  });

  test('does not wait for what it leaves running in the background', async () => {
    const spec = { run: sh('sleep 60 & echo $! >pid; echo started'), cwd: bench.path('') };
    expect((await bench.release(command(spec))).error).toBeNull();
    process.kill(Number(bench.lines('pid')[0]));
  });

  test('touches nothing once a newer writer has taken over', async () => {
    const desired = await bench.one(bench.once('one'));
    const fence = async (): Promise<void> => {
      throw fencedOff({ message: 'a newer writer is there' });
    };
    const effect = { ...applyEffect(desired, null), action: 'run' as const, fence };
    expect((await refusal(bench.target.apply(effect))).code).toBe('target.fenced-off');
    expect(bench.lines('runs')).toEqual([]);
  });

  test('knows only what it is given of the environment', async () => {
    bench.env['CONTROLLER_TOKEN'] = 'hush';
    const spec = { run: sh('env >seen'), cwd: bench.path(''), env: { GIVEN: 'a b' } };
    expect((await bench.release(command(spec))).error).toBeNull();
    const names = bench.lines('seen').map((line) => line.replace(/=.*/, ''));
    expect(names.toSorted()).toEqual(
      expect.arrayContaining(['FAIRLEAD_COMMAND_ID', 'GIVEN', 'HOME', 'LANG', 'PATH']),
    );
    expect(names).not.toContain('CONTROLLER_TOKEN');
    expect(bench.lines('seen')).toContain('GIVEN=a b');
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
    const manifest = bench.once('x', { env: { PASSWORD: { fromEnv: 'SHOP_PASSWORD' } } });
    bench.env['SHOP_PASSWORD'] = 'one';
    await bench.release(manifest);
    expect(await bench.planned(manifest)).toEqual([]);
    bench.env['SHOP_PASSWORD'] = 'two';
    expect(await bench.planned(manifest)).toEqual(['run Command/setup']);
  });
});
