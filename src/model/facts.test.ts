import { expect, test } from 'vitest';
import { showFacts } from './facts.ts';

test('what a line knows is said in words, and an error speaks for itself', () => {
  expect(showFacts('it broke', undefined)).toBe('it broke');
  expect(showFacts('it broke', {})).toBe('it broke');
  expect(showFacts('it broke', { target: 'a', error: 'FairleadError: no "x"', tries: 3 })).toBe(
    'it broke: target a, no "x", tries 3',
  );
});
