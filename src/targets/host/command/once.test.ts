import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyEffect, key, refusal, steps } from '../bench.testing.ts';
import { command, createCommandBench, sh } from './bench.testing.ts';
import type { CommandBench } from './bench.testing.ts';

let bench: CommandBench;
beforeEach(async () => {
  bench = await createCommandBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('a command without a check', () => {
  test('runs once for each wording', async () => {
    await bench.release(bench.once('one'));
    expect(await bench.planned(bench.once('one'))).toEqual([]);
    const { plan, error } = await bench.release(bench.once('two'));
    expect(plan.changes).toMatchObject([
      {
        action: 'run',
        diff: [{ path: 'run', from: sh('echo one >>runs'), to: sh('echo two >>runs') }],
        causeKind: 'source',
      },
    ]);
    expect(error).toBeNull();
    await bench.release(bench.once('two'));
    await bench.release(bench.once('one'));
    expect(bench.lines('runs')).toEqual(['one', 'two', 'one']);
  });

  test('runs again for another environment, not for another time limit', async () => {
    await bench.release(bench.once('one'));
    expect(await bench.planned(bench.once('one', { timeout: '5s', checkTimeout: '1s' }))).toEqual(
      [],
    );
    expect(await bench.planned(bench.once('one', { env: { ROUND: '2' } }))).toEqual([
      'run Command/setup',
    ]);
  });

  test('runs again where it failed, and where it came back to the source', async () => {
    const failing = command({ run: sh('echo x >>runs; test -e ready'), cwd: bench.path('') });
    expect((await bench.release(failing)).error).toMatchObject({ code: 'host.command-failed' });
    expect((await bench.release(failing)).error).toMatchObject({ code: 'host.command-failed' });
    writeFileSync(bench.path('ready'), '');
    expect((await bench.release(failing)).error).toBeNull();
    expect(bench.lines('runs')).toHaveLength(3);
    await bench.release();
    expect((await bench.release(failing)).error).toBeNull();
    expect(bench.lines('runs')).toHaveLength(4);
  });

  test('runs the earlier wording again after a later one failed', async () => {
    await bench.release(bench.once('one'));
    await bench.release(command({ run: sh('echo bad >>runs; false'), cwd: bench.path('') }));
    expect((await bench.release(bench.once('one'))).error).toBeNull();
    expect(bench.lines('runs')).toEqual(['one', 'bad', 'one']);
  });

  test('is not run twice when the answer of the first time was lost', async () => {
    const desired = await bench.one(bench.once('one'));
    const first = await bench.target.apply({ ...applyEffect(desired, null), action: 'run' });
    const again = await bench.target.apply({ ...applyEffect(desired, null), action: 'run' });
    expect(again).toEqual(first);
    expect(bench.lines('runs')).toEqual(['one']);
  });

  test('refuses a plan that was made on another run', async () => {
    await bench.release(bench.once('one'));
    const desired = await bench.one(bench.once('two'));
    const effect = { ...applyEffect(desired, 'command:other'), action: 'run' as const };
    expect((await refusal(bench.target.apply(effect))).code).toBe('target.precondition-failed');
    expect(bench.lines('runs')).toEqual(['one']);
  });

  test('that ran in a release whose end nobody recorded is taken over, and that release ends well', async () => {
    await bench.release(bench.once('one'));
    const { ledger } = bench.target;
    const inventory = (await ledger.load(key))!;
    // What is left by a controller that is killed after the run: announced, and not confirmed.
    const entries = inventory.entries.map((entry) => ({ ...entry, uid: null }));
    await ledger.save(key, { ...inventory, entries, verified: '' }, inventory.epoch);
    const { plan, error } = await bench.release(bench.once('one'));
    expect(steps(plan)).toEqual(['adopt Command/setup']);
    expect(error).toBeNull();
    expect(await bench.planned(bench.once('one'))).toEqual([]);
    expect(bench.lines('runs')).toEqual(['one']);
  });

  test('is done for good, whoever looks: another controller, the same application under another name', async () => {
    await bench.release(bench.once('one'));
    const desired = await bench.one(bench.once('one'));
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
