import { expect, test } from 'vitest';
import type { Api } from '../control/api.ts';
import { newestSeq } from './live.ts';

/** A log from which the oldest events were dropped: numbers `first` to `last`. */
function log(first: number, last: number): { readonly api: Api; readonly asked: () => number } {
  let asked = 0;
  const events = async ({ afterSeq }: { readonly afterSeq: number }) => {
    asked += 1;
    const seq = Math.max(first, afterSeq + 1);
    return seq <= last ? [{ seq }] : [];
  };
  return { api: { events } as unknown as Api, asked: () => asked };
}

test.each([
  [1, 0],
  [1, 1],
  [1, 2],
  [1, 1_024],
  [1, 1_025],
  [90_001, 100_000],
  [5_000_000, 5_000_123],
])('finds the newest of events %i to %i with few questions', async (first, last) => {
  const { api, asked } = log(first, last);
  expect(await newestSeq(api)).toBe(last);
  expect(asked()).toBeLessThan(45);
});
