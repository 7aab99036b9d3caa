import { describe, expect, test } from 'vitest';
import { Limiter } from './limiter.ts';

const never = new AbortController().signal;

/** Calls of one length, as many at a time as may be. @returns the limit afterwards */
async function run(limiter: Limiter, count: number, latencyMs: number): Promise<number> {
  for (let left = count; left > 0;) {
    const batch = Math.min(left, limiter.limit);
    for (let at = 0; at < batch; at++) await limiter.enter(never);
    for (let at = 0; at < batch; at++) limiter.leave({ kind: 'answered', latencyMs });
    left -= batch;
  }
  return limiter.limit;
}

describe('the limit of calls at a time', () => {
  test('grows while answers stay quick', async () => {
    const limiter = new Limiter();
    const before = limiter.limit;
    expect(await run(limiter, 500, 5)).toBeGreaterThan(before);
    expect(await run(limiter, 100_000, 5)).toBe(64);
  });

  test('does not grow where it is not used up', async () => {
    const limiter = new Limiter();
    const before = limiter.limit;
    for (let at = 0; at < 1_000; at++) {
      await limiter.enter(never);
      limiter.leave({ kind: 'answered', latencyMs: 5 });
    }
    expect(limiter.limit).toBe(before);
  });

  test('shrinks where answers get slow, to two at the least', async () => {
    const limiter = new Limiter();
    await run(limiter, 500, 5);
    const seen: number[] = [];
    for (let at = 0; at < 100; at++) seen.push(await run(limiter, limiter.limit, 2_000));
    expect(Math.min(...seen)).toBe(2);
  });

  test('does not take a network that is slow by nature for a server that is full', async () => {
    const limiter = new Limiter();
    await run(limiter, 500, 5);
    await run(limiter, 400, 2_000);
    expect(await run(limiter, 5_000, 2_000)).toBeGreaterThan(16);
  });

  test('is halved once for what the server refuses together', async () => {
    const limiter = new Limiter();
    const before = limiter.limit;
    await run(limiter, before, 5);
    for (let at = 0; at < before; at++) await limiter.enter(never);
    for (let at = 0; at < before; at++) limiter.leave({ kind: 'overloaded' });
    expect(limiter.limit).toBe(Math.floor(before / 2));
  });

  test('lets waiting calls in, in order, and forgets those that give up', async () => {
    const limiter = new Limiter();
    const full = limiter.limit;
    for (let at = 0; at < full; at++) await limiter.enter(never);
    const order: string[] = [];
    const control = new AbortController();
    const waiting = ['one', 'two', 'three'].map(async (name) => {
      await limiter.enter(name === 'two' ? control.signal : never);
      order.push(name);
    });
    control.abort(new Error('given up'));
    await expect(waiting[1]).rejects.toThrow('given up');
    limiter.leave({ kind: 'other' });
    limiter.leave({ kind: 'other' });
    await Promise.all([waiting[0], waiting[2]]);
    expect([order, limiter.inUse]).toEqual([['one', 'three'], full]);
  });
});
