import { expect, test } from 'vitest';
import { matches } from './pattern.ts';

test.each([
  ['https://git.example/team/*', 'https://git.example/team/shop', true],
  ['https://git.example/team/*', 'https://git.example/team/sub/shop', false],
  ['https://git.example/**', 'https://git.example/team/sub/shop', true],
  ['https://git.example/*', 'https://git.example.evil/x', false],
  ['*', 'here', true],
  ['*', '', true],
  ['prod-*', 'prod-1', true],
  ['prod-*', 'dev-1', false],
  ['a.c', 'abc', false],
  ['.', '.', true],
])('%s and %s: %s', (pattern, text, result) => {
  expect(matches(pattern, text)).toBe(result);
});

test('a hostile pattern takes no time', () => {
  expect(matches('**a'.repeat(100), `${'a'.repeat(2000)}b`)).toBe(false);
});
