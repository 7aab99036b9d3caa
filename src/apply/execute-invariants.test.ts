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
import { errorRecord } from '../model/error.ts';
import type { Inventory } from '../model/inventory.ts';
import { unreadableLive } from '../plan/errors.ts';
import type { Target } from '../targets/target.ts';

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

const uids = () => madeAt(target);

describe('invariant 1: health that could not be read', () => {
  test('fails the release, and is not taken for bad health: what was released may be good', async () => {
    const prepared = await prepareRelease(target, await bench.files({ a: '1' }));
    const unreadable: Target = {
      ...target,
      read: async (_key, references) =>
        references.map(() => ({
          kind: 'unreadable',
          error: errorRecord(unreadableLive({ message: 'input/output error' })),
        })),
    };
    const carried = await carryOutRelease({ ...prepared, target: unreadable });
    expect(carried).toMatchObject({
      unhealthy: false,
      error: { message: 'input/output error', retryable: true },
    });
    expect((await stored())?.verified).toBe('');
  });
});

describe('invariant 2: a delete carries the UID that was planned for', () => {
  test('what somebody remade meanwhile is not deleted', async () => {
    await release(target, await bench.files({ a: '1', b: '1' }));
    const prepared = await prepareRelease(target, await bench.files({ b: '1' }));
    bench.write('a', 'remade by hand');
    const carried = await carryOutRelease(prepared);
    expect(carried.error?.code).toBe('target.precondition-failed');
    expect(bench.read('a')).toBe('remade by hand');
    expect(await uids()).toEqual({ a: true, b: true });
  });

  test('what is not in the inventory is not deleted, whatever lies beside it', async () => {
    bench.write('theirs', 'x');
    await release(target, await bench.files({ a: '1' }));
    await release(target, []);
    expect([bench.read('a'), bench.read('theirs')]).toEqual([null, 'x']);
  });
});

describe('invariant 3: the inventory is old ∪ new before the first effect', () => {
  test('as the target’s own ledger has it, at each effect', async () => {
    await release(target, await bench.files({ a: '1', gone: '1' }));
    const prepared = await prepareRelease(target, await bench.files({ a: '2', new: '1' }));
    const seen: Readonly<Record<string, boolean>>[] = [];
    await carryOutRelease({
      ...prepared,
      target: around(
        {
          before: async () => {
            seen.push(await uids());
          },
        },
        target,
      ),
    });
    expect(seen.length).toBe(3);
    for (const one of seen) expect(one).toEqual({ a: true, gone: true, new: false });
    expect(await uids()).toEqual({ a: true, new: true });
  });

  test('a ledger that cannot be written stops a release before anything is touched', async () => {
    const prepared = await prepareRelease(target, await bench.files({ a: '1' }));
    const ledger = {
      ...target.ledger,
      save: () => Promise.reject(new Error('no space left on device')),
    };
    await expect(carryOutRelease({ ...prepared, target: { ...target, ledger } })).rejects.toThrow(
      'no space left',
    );
    expect(bench.read('a')).toBeNull();
    expect(await stored()).toBeNull();
  });

  test('a delete that failed stays recorded', async () => {
    await release(target, await bench.files({ a: '1', b: '1' }));
    const prepared = await prepareRelease(target, await bench.files({ b: '1' }));
    const carried = await carryOutRelease({
      ...prepared,
      target: around({ before: () => Promise.reject(new Error('permission denied')) }, target),
    });
    expect(carried.error?.message).toBe('permission denied');
    expect(await uids()).toEqual({ a: true, b: true });
  });

  test('effects whose record could not be written are found and recorded by the next look', async () => {
    const desired = await bench.files({ a: '1' });
    const prepared = await prepareRelease(target, desired);
    let saves = 0;
    const ledger: Target['ledger'] = {
      ...target.ledger,
      save: async (...args) => {
        saves += 1;
        if (saves > 1) throw new Error('no space left on device');
        await target.ledger.save(...args);
      },
    };
    const carried = await carryOutRelease({ ...prepared, target: { ...target, ledger } });
    expect(carried.error?.message).toBe('no space left on device');
    expect(carried.inventory).toEqual(await stored());
    expect(await uids()).toEqual({ a: false });
    expect(results(await release(target, desired))).toEqual(['adopt a started', 'adopt a done']);
    expect(await uids()).toEqual({ a: true });
  });
});

describe('invariant 4: every change that is applied was approved', () => {
  test('a change whose digest was not is stopped before it touches anything', async () => {
    const prepared = await prepareRelease(target, await bench.files({ a: '1', b: '1' }));
    const [first] = prepared.plan.changes;
    const carried = await carryOutRelease({ ...prepared, approved: new Set([first!.digest]) });
    expect(carried.error?.code).toBe('apply.not-approved');
    expect([bench.read('a'), bench.read('b')]).toEqual(['1', null]);
  });
});

describe('invariant 5: two writers', () => {
  test('the one that planned on an older inventory touches nothing', async () => {
    const prepared = await prepareRelease(target, await bench.files({ a: 'old' }));
    await release(await bench.open(), await bench.files({ a: 'new' }));
    await expect(carryOutRelease(prepared)).rejects.toMatchObject({
      code: 'target.inventory-conflict',
    });
    expect(bench.read('a')).toBe('new');
  });

  test('the one that was overtaken in the middle stops before its next effect', async () => {
    const prepared = await prepareRelease(
      target,
      await bench.files({ a: '1', b: { content: 'old', wave: 1 } }),
    );
    const other = await bench.open();
    let overtaken = false;
    const carried = await carryOutRelease({
      ...prepared,
      target: around(
        {
          after: async () => {
            if (overtaken) return;
            overtaken = true;
            const now = (await other.ledger.load(key))!;
            await other.ledger.save(
              key,
              { ...now, epoch: now.epoch + 1, release: 'theirs' },
              now.epoch,
            );
          },
        },
        target,
      ),
    });
    expect(carried.error?.code).toBe('target.fenced-off');
    expect([bench.read('a'), bench.read('b')]).toEqual(['1', null]);
    expect((await stored())?.release).toBe('theirs');
  });

  test('an effect that does not end is left behind at its deadline, and its outcome is unknown', async () => {
    const prepared = await prepareRelease(target, await bench.files({ a: '1' }));
    const carried = await carryOutRelease({
      ...prepared,
      target: around({ before: () => new Promise(() => {}) }, target),
      timeouts: { applyMs: 30, healthMs: 10_000 },
    });
    expect(carried.error?.class).toBe('unknown-outcome');
    expect(results(carried)).toEqual(['create a started', 'create a unknown']);
    expect(await uids()).toEqual({ a: false });
  });
});

describe('invariant 6: after the last fault the system converges', () => {
  test('an effect whose answer was lost is unknown, read again, and not made twice', async () => {
    const desired = await bench.files({ a: '1' });
    const prepared = await prepareRelease(target, desired);
    const lost = await carryOutRelease({
      ...prepared,
      target: around({ after: () => new Promise(() => {}) }, target),
      timeouts: { applyMs: 200, healthMs: 10_000 },
    });
    expect(results(lost)).toEqual(['create a started', 'create a unknown']);
    expect(bench.read('a')).toBe('1');
    const again = await release(target, desired);
    expect(again.error).toBeNull();
    expect(results(again)).toEqual(['adopt a started', 'adopt a done']);
    expect((await prepareRelease(target, desired)).plan.changes).toEqual([]);
  });

  test('a delete whose answer was lost only leaves the record behind, which the next look drops', async () => {
    const keep = await bench.files({ a: '1' });
    await release(target, [...keep, ...(await bench.files({ b: '1' }))]);
    const prepared = await prepareRelease(target, keep);
    await carryOutRelease({
      ...prepared,
      target: around({ after: () => new Promise(() => {}) }, target),
      timeouts: { applyMs: 200, healthMs: 10_000 },
    });
    expect([bench.read('b'), await uids()]).toEqual([null, { a: true, b: true }]);
    const again = await prepareRelease(target, keep);
    expect(again.plan.changes).toEqual([]);
    expect(again.forget.length).toBe(1);
  });

  test('a release that was cut off after any of its effects ends where one that was not ends', async () => {
    const before = { same: '1', changed: '1', gone: '1' };
    const after = { same: '1', changed: '2', new: '1', newer: { content: '1', wave: 1 } };
    for (let survive = 0; survive <= 4; survive++) {
      await using own = await createHostBench(key);
      await release(own.target, await own.files(before));
      const desired = await own.files(after);
      let effects = 0;
      const cut = async (): Promise<void> => {
        effects += 1;
        if (effects > survive) throw new Error('killed');
      };
      await carryOutRelease({
        ...(await prepareRelease(own.target, desired)),
        target: around({ before: cut }, own.target),
      });
      expect((await release(own.target, desired)).error).toBeNull();
      const names = ['same', 'changed', 'gone', 'new', 'newer'];
      expect(names.map((name) => own.read(name))).toEqual(['1', '2', null, '1', '1']);
      expect((await prepareRelease(own.target, desired)).plan.changes).toEqual([]);
    }
  });
});

describe('invariant 7: a secret', () => {
  test('is in the file it belongs to, and in no plan, journal or inventory', async () => {
    const desired = await bench.files({ secret: { contentFrom: { fromEnv: 'TOKEN' } } });
    const prepared = await prepareRelease(target, desired);
    const carried = await carryOutRelease(prepared);
    expect(bench.read('secret')).toBe('hunter2');
    bench.write('secret', 'hunter3');
    const drifted = await prepareRelease(target, desired);
    expect(drifted.plan.changes).toMatchObject([{ action: 'update', diff: [{ path: 'content' }] }]);
    const seen = JSON.stringify([desired, prepared.plan, carried, drifted.plan, await stored()]);
    expect(seen).toContain('$sealed');
    expect(seen).not.toContain('hunter');
  });
});
