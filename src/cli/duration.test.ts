import { describe, expect, test } from 'vitest';
import { parseDuration, showAge, showDuration } from './duration.ts';

describe('a length of time', () => {
  test.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1.5h', 5_400_000],
    ['30', 30_000],
    ['0', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text, '--for')).toBe(ms);
  });

  test.each(['', 'x', '-5s', '5 minutes', '5y', '1h-3m', '.5h', '9'.repeat(40)])(
    '%j is refused',
    (text) => {
      expect(() => parseDuration(text, '--for')).toThrow('--for');
    },
  );

  test.each([
    [0, '0s'],
    [250, '250ms'],
    [45_000, '45s'],
    [192_000, '3m12s'],
    [3_600_000, '1h'],
    [90_000_000, '1d1h'],
    [11 * 3_600_000 + 60_000, '11h'],
  ])('%i ms is shown as %s', (ms, text) => {
    expect(showDuration(ms)).toBe(text);
  });

  test('never is shown as a dash, and a clock that went back as now', () => {
    expect(showAge(null, 1_000)).toBe('-');
    expect(showAge(5_000, 1_000)).toBe('just now');
    expect(showAge(1_000, 1_020)).toBe('just now');
  });
});
