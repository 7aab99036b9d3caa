import { expect, test } from 'vitest';
import { wrap } from './screen.ts';

test('paragraphs are broken between words, and no line is wider than it may be', () => {
  const text = 'The controller follows the repository, and what is in Git is what is live.';
  const lines = wrap(text, 24).split('\n');
  expect(lines.every((line) => line.length <= 24)).toBe(true);
  expect(lines.join(' ')).toBe(text);
});

test('a word that is too long for a line has one of its own', () => {
  expect(wrap('see /a/very/long/path there', 8)).toBe('see\n/a/very/long/path\nthere');
});
