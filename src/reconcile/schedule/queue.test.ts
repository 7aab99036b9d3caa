import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../system/clock.ts';
import { KeyedQueue } from './queue.ts';

const soonMs = 10;
const muchLaterMs = 600_000;

/** A queue whose work waits until it is let go, key by key. */
function bench(concurrency: number) {
  const begun: string[] = [];
  const running = new Map<string, () => void>();
  let most = 0;
  const queue = new KeyedQueue(systemClock, concurrency, (key) => {
    if (running.has(key)) throw new Error(`${key} is worked on twice at the same time`);
    begun.push(key);
    return new Promise((resolve) => {
      running.set(key, () => {
        running.delete(key);
        resolve();
      });
      most = Math.max(most, running.size);
    });
  });
  return {
    queue,
    begun,
    running,
    most: () => most,
    /** Lets the work on `key` end, and what follows from it begin. */
    finish: async (key: string) => {
      running.get(key)?.();
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    },
    finishAll: async () => {
      const idle = queue.idle();
      let isIdle = false;
      void idle.then(() => (isIdle = true));
      while (!isIdle) {
        for (const end of running.values()) end();
        await Promise.resolve();
      }
    },
  };
}

async function until(seen: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!seen()) {
    if (Date.now() > deadline) throw new Error('not seen within 10 s');
    await systemClock.sleep(5);
  }
}

describe('a keyed queue', () => {
  test('works on one key at a time, once more when it was asked for meanwhile', async () => {
    const { queue, begun, finish } = bench(8);
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(begun).toEqual(['a']);
    await finish('a');
    expect(begun).toEqual(['a', 'a']);
    await finish('a');
    await queue.idle();
    expect(begun).toEqual(['a', 'a']);
  });

  test('works on several keys side by side, up to its limit, in the order they were asked for', async () => {
    const { queue, begun, finish, finishAll } = bench(2);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    expect(begun).toEqual(['a', 'b']);
    expect(queue.busyCount).toBe(4);
    expect([queue.isBusy('d'), queue.isBusy('e')]).toEqual([true, false]);
    await finish('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await finishAll();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a key that is worked on does not stand in the way of those behind it', () => {
    const { queue, begun } = bench(2);
    queue.add('a');
    queue.add('a');
    queue.add('b');
    expect(begun).toEqual(['a', 'b']);
  });

  test('never works on a key twice at a time or on too many, and on each after its last request', async () => {
    const orders = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), ends: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 3 }), async (list, concurrency) => {
        const { queue, begun, finish, finishAll, most } = bench(concurrency);
        const asked = new Map<string, number>();
        for (const { key, ends } of list) {
          asked.set(key, begun.length);
          queue.add(key);
          if (ends) await finish(key);
        }
        await finishAll();
        expect(most()).toBeLessThanOrEqual(concurrency);
        for (const [key, at] of asked) expect(begun.lastIndexOf(key)).toBeGreaterThanOrEqual(at);
      }),
    );
  });
});

describe('work that waits', () => {
  test('leaves its place to another key, and goes on before anything new begins', async () => {
    const order: string[] = [];
    const gates = new Map<string, () => void>();
    const gate = (name: string): Promise<void> =>
      new Promise((resolve) => gates.set(name, resolve));
    const queue: KeyedQueue = new KeyedQueue(systemClock, 1, async (key) => {
      order.push(`${key} begins`);
      if (key === 'a') await queue.aside(key, () => gate('a waits'));
      else await gate(key);
      order.push(`${key} ends`);
    });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await until(() => gates.has('b'));
    expect(order).toEqual(['a begins', 'b begins']);
    // Its wait is over, and there is no place yet.
    gates.get('a waits')?.();
    await systemClock.sleep(soonMs);
    expect(order).toEqual(['a begins', 'b begins']);
    gates.get('b')?.();
    await until(() => gates.has('c'));
    expect(order).toEqual(['a begins', 'b begins', 'b ends', 'a ends', 'c begins']);
    gates.get('c')?.();
    await queue.idle();
  });

  test('keeps its key: nobody else works on that meanwhile', async () => {
    const begun: string[] = [];
    let end = (): void => {};
    const queue: KeyedQueue = new KeyedQueue(systemClock, 2, async (key) => {
      begun.push(key);
      if (begun.length === 1) {
        await queue.aside(key, () => new Promise<void>((resolve) => (end = resolve)));
      }
    });
    queue.add('a');
    queue.add('a');
    await systemClock.sleep(soonMs);
    expect(begun).toEqual(['a']);
    end();
    await queue.idle();
    expect(begun).toEqual(['a', 'a']);
  });

  test('without saying so loses its place when it takes long', { timeout: 30_000 }, async () => {
    const { queue, begun, finishAll } = bench(1);
    queue.add('hangs');
    queue.add('b');
    expect(begun).toEqual(['hangs']);
    await until(() => begun.includes('b'));
    await finishAll();
  });
});

describe('a key that is due later', () => {
  test('begins by itself', async () => {
    const { queue, begun } = bench(1);
    queue.addLater('a', soonMs);
    expect(begun).toEqual([]);
    await until(() => begun.length > 0);
  });

  test('is due at the earlier of two times, in whatever order they were said', async () => {
    const { queue, begun } = bench(4);
    queue.addLater('a', soonMs);
    queue.addLater('a', muchLaterMs);
    queue.addLater('b', muchLaterMs);
    queue.addLater('b', soonMs);
    await until(() => begun.length === 2);
    expect(begun.toSorted()).toEqual(['a', 'b']);
  });

  test('does not hold up one that is due sooner', async () => {
    const { queue, begun } = bench(4);
    queue.addLater('late', muchLaterMs);
    queue.addLater('soon', soonMs);
    await until(() => begun.includes('soon'));
    expect(begun).toEqual(['soon']);
  });

  test('is worked on once when it is asked for at once meanwhile', async () => {
    const { queue, begun, finishAll } = bench(1);
    queue.addLater('a', soonMs);
    queue.add('a');
    await finishAll();
    queue.addLater('b', soonMs * 2);
    await until(() => begun.includes('b'));
    expect(begun).toEqual(['a', 'b']);
  });

  test('does not count as work to wait for', async () => {
    const { queue } = bench(1);
    queue.addLater('a', muchLaterMs);
    await queue.idle();
    expect(queue.isBusy('a')).toBe(false);
  });

  test('never begins once it is forgotten', async () => {
    const { queue, begun } = bench(1);
    queue.addLater('gone', soonMs);
    queue.forget('gone');
    queue.addLater('other', soonMs * 2);
    await until(() => begun.length > 0);
    expect(begun).toEqual(['other']);
  });
});

describe('a queue that', () => {
  test('is paused begins nothing until it goes on', () => {
    const { queue, begun } = bench(1);
    queue.pause();
    queue.add('a');
    expect(begun).toEqual([]);
    queue.resume();
    expect(begun).toEqual(['a']);
  });

  test('stops waits for what runs, and begins nothing more', async () => {
    const { queue, begun, finish } = bench(1);
    queue.add('a');
    queue.add('b');
    queue.addLater('c', soonMs);
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    await Promise.resolve();
    expect(stopped).toBe(false);
    await finish('a');
    await stopping;
    queue.add('d');
    queue.addLater('e', 0);
    await systemClock.sleep(soonMs * 2);
    expect(begun).toEqual(['a']);
  });
});
