import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RetryConfig } from '../model/config.ts';
import { retryDelayMs } from './backoff.ts';

const retry: RetryConfig = { limit: 3, initialMs: 1_000, factor: 2, maxMs: 5_000 };

test('doubles from failure to failure up to the longest, in the middle of its jitter', () => {
  const endless = { ...retry, limit: null };
  expect([1, 2, 3, 4, 100, 10_000].map((attempt) => retryDelayMs(endless, attempt, 0.5))).toEqual([
    1_000, 2_000, 4_000, 5_000, 5_000, 5_000,
  ]);
});

test('ends after the limit', () => {
  expect(retryDelayMs(retry, 3, 0.5)).toBe(4_000);
  expect(retryDelayMs(retry, 4, 0.5)).toBeNull();
  expect(retryDelayMs({ ...retry, limit: 0 }, 1, 0.5)).toBeNull();
});

test('spreads by a fifth to each side, and no further, whatever may be configured', () => {
  fc.assert(
    fc.property(
      fc.record({
        limit: fc.constant(null),
        initialMs: fc.integer({ min: 10, max: 3_600_000 }),
        factor: fc.double({ min: 1, max: 10, noNaN: true }),
        maxMs: fc.integer({ min: 3_600_000, max: 86_400_000 }),
      }),
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (config, attempt, fraction) => {
        const middle = retryDelayMs(config, attempt, 0.5) ?? Number.NaN;
        const delay = retryDelayMs(config, attempt, fraction) ?? Number.NaN;
        expect(middle).toBeGreaterThanOrEqual(config.initialMs);
        expect(middle).toBeLessThanOrEqual(config.maxMs);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(middle * 0.8) - 1);
        expect(delay).toBeLessThanOrEqual(Math.ceil(middle * 1.2) + 1);
      },
    ),
  );
});

test('jitter moves with chance', () => {
  expect(retryDelayMs(retry, 1, 0)).toBe(800);
  expect(retryDelayMs(retry, 1, 0.999_999)).toBe(1_200);
});
