import { describe, expect, test } from 'vitest';
import type { Clock } from '../../system/clock.ts';
import { Timetable } from './timetable.ts';

/** A clock that is moved by hand, and how many sleep on it. */
function bench(onDue: (key: string, table: Timetable) => void = () => {}) {
  let nowMs = 0;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { atMs: nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          resolve();
        });
      }),
  };
  const due: string[] = [];
  const table: Timetable = new Timetable(clock, (key) => {
    due.push(key);
    onDue(key, table);
  });
  return {
    table,
    due,
    sleeping: () => sleepers.size,
    pass: async (ms: number) => {
      nowMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.atMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('a timetable', () => {
  test('tells each key once, when it is due', async () => {
    const { table, due, pass } = bench();
    table.put('late', 100);
    table.put('soon', 10);
    table.put('between', 50);
    await pass(9);
    expect(due).toEqual([]);
    await pass(1);
    expect(due).toEqual(['soon']);
    await pass(40);
    await pass(50);
    await pass(1_000);
    expect(due).toEqual(['soon', 'between', 'late']);
  });

  test('sleeps once for all of them', async () => {
    const { table, sleeping, pass } = bench();
    for (let at = 1_000; at > 0; at -= 1) table.put(String(at), at);
    expect(sleeping()).toBe(1);
    await pass(500);
    expect(sleeping()).toBe(1);
    await pass(500);
    expect(sleeping()).toBe(0);
  });

  test('takes the earlier of two times, and forgets what is dropped', async () => {
    const { table, due, pass } = bench();
    table.put('a', 50);
    table.put('a', 10);
    table.put('a', 90);
    table.put('b', 20);
    expect([table.has('a'), table.has('b')]).toEqual([true, true]);
    table.drop('b');
    await pass(100);
    expect([due, table.has('a'), table.has('b')]).toEqual([['a'], false, false]);
  });

  test('lets who is told be due again, sooner than all others', async () => {
    const { table, due, pass, sleeping } = bench((key, same) => {
      if (key === 'a') same.put('a', 5);
    });
    table.put('a', 10);
    table.put('z', 100);
    await pass(10);
    expect(sleeping()).toBe(1);
    await pass(5);
    expect(due).toEqual(['a', 'a']);
    await pass(85);
    expect(due).toEqual(['a', 'a', 'a', 'z']);
  });

  test('is silent once it was cleared', async () => {
    const { table, due, pass, sleeping } = bench();
    table.put('a', 10);
    table.clear();
    await pass(100);
    expect([due, sleeping()]).toEqual([[], 0]);
  });
});
