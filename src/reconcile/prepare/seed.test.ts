import { expect, test } from 'vitest';
import { seedIdOf } from './seed.ts';

const key = { application: 'web', environment: 'dev' };

const clockAt = (now: string): string => {
  const { clockMs } = seedIdOf(key, [null], Date.parse(now));
  return new Date(clockMs ?? Number.NaN).toISOString();
};

test.each([
  ['on a Monday', '2026-11-30T00:00:00Z', '2026-11-30T00:00:00.000Z'],
  ['on a Sunday', '2026-11-29T23:59:59Z', '2026-11-23T00:00:00.000Z'],
  ['over the end of a year', '2027-01-02T12:00:00Z', '2026-12-28T00:00:00.000Z'],
])('what was never released takes the last Monday for the time: %s', (_when, now, clock) => {
  expect(clockAt(now)).toBe(clock);
});
