import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, suggest } from './suggest.ts';

test('a swap of two neighbours is one edit', () => {
  expect(editDistance('enviroment', 'environment')).toBe(1);
  expect(editDistance('sycn', 'sync')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('abc', '')).toBe(3);
  expect(editDistance('kitten', 'sitting')).toBe(3);
});

test('the distance is symmetric, zero for equal words only, and never beyond the longer word', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (left, right) => {
      const distance = editDistance(left, right);
      expect(distance).toBe(editDistance(right, left));
      expect(distance === 0).toBe(left === right);
      expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
    }),
  );
});

test('the nearest word is suggested, whatever its case', () => {
  expect(suggest('Sync', ['source', 'sync'])).toBe('sync');
  expect(suggest('enviroments', ['environments', 'path'])).toBe('environments');
  expect(suggest('application', ['Application', 'Target'])).toBe('Application');
});

test('nothing is suggested when no word is near', () => {
  expect(suggest('replicas', ['path', 'sync', 'wave'])).toBeNull();
  expect(suggest('', ['path'])).toBeNull();
  expect(suggest('x'.repeat(100), ['x'.repeat(99)])).toBeNull();
});
