import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHostBench, type HostBench } from '../../test/support/host.ts';
import {
  around,
  carryOutRelease,
  key,
  madeAt,
  prepareRelease,
  release,
  results,
} from '../../test/support/release.ts';
import type { Hold, Inventory, InventoryKey } from '../model/inventory.ts';
import { sha256 } from '../system/hasher.ts';
import type { Target } from '../targets/target.ts';
import { confirmGood } from './confirm.ts';

let bench: HostBench;
let target: Target;

beforeEach(async () => {
  bench = await createHostBench(key, { TOKEN: 'hunter2' });
  target = bench.target;
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const stored = (): Promise<Inventory | null> => target.ledger.load(key);

const freezeOf = (of: InventoryKey, expiresAtMs: number | null = null): Hold => ({
  key: of,
  kind: 'freeze',
  revision: null,
  reason: 'maintenance',
  by: 'ada',
  atMs: 0,
  expiresAtMs,
});
const uids = () => madeAt(target);

describe('a release', () => {
  test('makes what is wanted, takes away what is not, and records both', async () => {
    const first = await release(target, await bench.files({ a: '1', b: '1' }));
    expect(first.error).toBeNull();
    expect([bench.read('a'), bench.read('b')]).toEqual(['1', '1']);
    const second = await release(target, await bench.files({ b: '2', c: '1' }));
    expect(second.error).toBeNull();
    expect([bench.read('a'), bench.read('b'), bench.read('c')]).toEqual([null, '2', '1']);
    expect(await uids()).toEqual({ b: true, c: true });
    expect(await stored()).toEqual(second.inventory);
  });

  test('with nothing to do has no plan, so nothing follows', async () => {
    const desired = await bench.files({ a: '1' });
    await release(target, desired);
    expect((await prepareRelease(target, desired)).plan.changes).toEqual([]);
  });

  test('adopts what is there already without touching it', async () => {
    bench.write('a', '1');
    const prepared = await prepareRelease(target, await bench.files({ a: '1' }));
    const carried = await carryOutRelease({
      ...prepared,
      target: around({ before: () => Promise.reject(new Error('touched')) }, target),
    });
    expect(results(carried)).toEqual(['adopt a started', 'adopt a done']);
    expect(await uids()).toEqual({ a: true });
  });

  test('goes wave by wave and deletes last', async () => {
    await release(target, await bench.files({ old: '1' }));
    const carried = await release(
      target,
      await bench.files({
        late: { content: '1', wave: 2 },
        early: { content: '1', wave: -1 },
        middle: '1',
      }),
    );
    expect(results(carried).filter((step) => step.endsWith('started'))).toEqual([
      'create early started',
      'create middle started',
      'create late started',
      'delete old started',
    ]);
  });

  test('that awaits more than this plan is the last good state only once it is confirmed', async () => {
    const desired = await bench.files({ a: '1' });
    const prepared = await prepareRelease(target, desired);
    const { inventory } = await carryOutRelease({ ...prepared, awaitsConfirmation: true });
    expect(await stored()).toMatchObject({ verified: '', revision: [], entries: [{}] });
    await confirmGood(sha256, { target, key, inventory, plan: prepared.plan, desired });
    expect(await stored()).toMatchObject({
      verified: prepared.plan.desiredDigest,
      revision: prepared.plan.revision,
      entries: inventory.entries,
    });
  });

  test('stops before the next stage at the first error, and records what was confirmed', async () => {
    const prepared = await prepareRelease(
      target,
      await bench.files({
        first: '1',
        second: { content: '1', wave: 1 },
        third: { content: '1', wave: 2 },
      }),
    );
    // Somebody makes the second one in the meantime, another one than planned.
    bench.write('second', 'by hand');
    const carried = await carryOutRelease(prepared);
    expect(carried.error?.code).toBe('target.precondition-failed');
    expect(carried.unhealthy).toBe(false);
    expect([bench.read('first'), bench.read('second'), bench.read('third')]).toEqual([
      '1',
      'by hand',
      null,
    ]);
    expect(await uids()).toEqual({ first: true, second: false, third: false });
    expect((await stored())?.verified).toBe('');
  });

  test.each([[['a', 'b']], [['b', 'a']]])(
    'of several failures names the first in the plan, in whichever order they come: %s',
    async (order) => {
      const failed = order.map(() => Promise.withResolvers<void>());
      const prepared = await prepareRelease(target, await bench.files({ a: '1', b: '1', c: '1' }));
      const carried = await carryOutRelease({
        ...prepared,
        target: {
          ...target,
          apply: async (effect) => {
            const at = order.indexOf(effect.id.name);
            if (at < 0) return target.apply(effect);
            // Those that fail before it have been told by then.
            await failed[at - 1]?.promise;
            setImmediate(() => failed[at]?.resolve());
            throw new Error(`${effect.id.name} cannot be made`);
          },
        },
      });
      expect(carried.error?.message).toContain('a cannot be made');
      expect(results(carried).filter((step) => step.endsWith('failed'))).toEqual(
        order.map((name) => `create ${name} failed`),
      );
    },
  );

  test('fails by health where what it made is gone right after', async () => {
    const prepared = await prepareRelease(target, await bench.files({ a: '1' }));
    const carried = await carryOutRelease({
      ...prepared,
      target: around({ after: () => rm(bench.path('a')) }, target),
      timeouts: { applyMs: 10_000, healthMs: 50 },
    });
    expect(carried).toMatchObject({
      unhealthy: true,
      error: {
        code: 'apply.health-missed',
        message: 'File/a is Missing: is gone right after it was made',
      },
    });
    expect((await stored())?.verified).toBe('');
  });
});

describe('an order to stop', () => {
  test('ends a release before its next stage, as something that goes on later', async () => {
    const stop = new AbortController();
    const prepared = await prepareRelease(
      target,
      await bench.files({ a: '1', b: { content: '1', wave: 1 } }),
    );
    const carried = await carryOutRelease({
      ...prepared,
      signal: stop.signal,
      target: around({ after: async () => stop.abort() }, target),
    });
    expect(carried).toMatchObject({ unhealthy: false, error: { code: 'apply.cancelled' } });
    expect([bench.read('a'), bench.read('b')]).toEqual(['1', null]);
    expect(await uids()).toEqual({ a: true, b: false });
  });

  test('leaves the outcome of an effect that is under way unknown, to be read again', async () => {
    const stop = new AbortController();
    const desired = await bench.files({ a: '1' });
    const carried = await carryOutRelease({
      ...(await prepareRelease(target, desired)),
      signal: stop.signal,
      target: around({ before: async () => stop.abort() }, target),
    });
    expect(carried).toMatchObject({ unhealthy: false, error: { code: 'apply.cancelled' } });
    expect(results(carried)).toEqual(['create a started', 'create a unknown']);
    expect((await release(target, desired)).error).toBeNull();
    expect(bench.read('a')).toBe('1');
  });

  test('by a freeze that somebody sets meanwhile is honoured, one that has expired is not', async () => {
    const other = await bench.open();
    const prepared = await prepareRelease(
      target,
      await bench.files({ a: '1', b: { content: '1', wave: 1 } }),
    );
    const carried = await carryOutRelease({
      ...prepared,
      target: around({ after: () => other.ledger.saveHold(key, freezeOf(key)) }, target),
    });
    expect(carried.error).toMatchObject({
      code: 'apply.held',
      message: 'shop@dev was put on hold by ada: maintenance',
    });
    expect(bench.read('b')).toBeNull();
    await other.ledger.saveHold(key, freezeOf(key, 1));
    expect((await release(target, prepared.desired)).error).toBeNull();
    expect(bench.read('b')).toBe('1');
  });

  test('stops also where the freeze is set under a former name of the application', async () => {
    const former = { ...key, application: 'store' };
    const other = await bench.open();
    const prepared = await prepareRelease(
      target,
      await bench.files({ a: '1', b: { content: '1', wave: 1 } }),
    );
    const carried = await carryOutRelease({
      ...prepared,
      holdKeys: [key, former],
      target: around({ after: () => other.ledger.saveHold(former, freezeOf(former)) }, target),
    });
    expect(carried.error?.code).toBe('apply.held');
    expect(bench.read('b')).toBeNull();
  });
});
