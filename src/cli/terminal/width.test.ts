import { expect, test } from 'vitest';
import { columnsOf } from './width.ts';

test('a terminal that nobody has sized is as wide as one that does not say', () => {
  expect(columnsOf({}, 80)).toBe(80);
  expect(columnsOf({ columns: 0 }, 80)).toBe(80);
  expect(columnsOf({ columns: 120 }, 80)).toBe(120);
});
