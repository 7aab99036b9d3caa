import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pollDelayMs } from './poll.ts';

test('a source that answers is asked at its interval, a tenth to each side', () => {
  expect(pollDelayMs(60_000, 0, 0.5)).toBe(60_000);
  expect(pollDelayMs(60_000, 0, 0)).toBe(54_000);
  expect(pollDelayMs(60_000, 0, 0.999_999_9)).toBe(66_000);
});

test('one that does not answer is asked less and less often, down to every five minutes', () => {
  expect([0, 1, 2, 3, 50].map((failures) => pollDelayMs(60_000, failures, 0.5))).toEqual([
    60_000, 120_000, 240_000, 300_000, 300_000,
  ]);
});

test('a longer interval than that is never shortened', () => {
  expect(pollDelayMs(3_600_000, 5, 0.5)).toBe(3_600_000);
});

test('there is always a pause, whatever fails how often', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 86_400_000 }),
      fc.nat(10_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (intervalMs, failures, fraction) => {
        const delayMs = pollDelayMs(intervalMs, failures, fraction);
        expect(delayMs).toBeGreaterThanOrEqual(intervalMs * 0.9 - 1);
        expect(delayMs).toBeLessThanOrEqual(Math.max(intervalMs, 300_000) * 1.1 + 1);
      },
    ),
  );
});
