import fc from 'fast-check';
import { expect, test } from 'vitest';
import { duration, parseDuration, showDuration } from './duration.ts';

test.each([
  ['60s', 60_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1m500ms', 60_500],
  ['2d', 172_800_000],
  ['0s', 0],
])('%s is %d milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  '60',
  '5 m',
  '-5s',
  '1.5h',
  '30m1h',
  '1h1h',
  's',
  '5M',
  '5min',
  '99999999999999999d',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeNull();
});

test('what is shown is read back as the same', () => {
  fc.assert(
    fc.property(fc.nat(), (ms) => {
      expect(parseDuration(showDuration(ms))).toBe(ms);
    }),
  );
});

test('a bare number is refused with the way to write it', () => {
  const result = duration({ minMs: 1, maxMs: 100_000 }).safeParse(60);
  expect(result.error?.issues[0]?.message).toBe(
    'must have a unit: write "60s" for seconds or "60m" for minutes',
  );
});

test('a duration out of bounds is refused with the bounds', () => {
  const result = duration({ minMs: 1000, maxMs: 60_000 }).safeParse('2m');
  expect(result.error?.issues[0]).toMatchObject({
    message: 'is out of range',
    params: { allowed: expect.stringContaining('from 1s to 1m') },
  });
});
