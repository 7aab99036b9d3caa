import { describe, expect, test } from 'vitest';
import { createStyle } from './style.ts';
import { columnsOf, displayWidth, hang } from './width.ts';

test('a terminal that nobody has sized is as wide as one that does not say', () => {
  expect(columnsOf({}, 80)).toBe(80);
  expect(columnsOf({ columns: 0 }, 80)).toBe(80);
  expect(columnsOf({ columns: 120 }, 80)).toBe(120);
});

describe('a sentence for a terminal', () => {
  const text = 'The controller follows the repository, and what is in Git is what is live.';

  test('is broken between words, and no line is wider than it may be', () => {
    const lines = hang('', text, 24).split('\n');
    expect(lines.every((line) => line.length <= 24)).toBe(true);
    expect(lines.join(' ')).toBe(text);
  });

  test('goes on below where it began', () => {
    expect(hang('! ', text, 40)).toBe(
      ['! The controller follows the repository,', '  and what is in Git is what is live.'].join(
        '\n',
      ),
    );
    expect(hang('! ', 'one two', 6, '! ')).toBe('! one\n! two');
  });

  test('goes on further left where hardly anything is left beside its lead', () => {
    const [, second = ''] = hang(`${'x'.repeat(30)} `, text, 40).split('\n');
    expect(second).toMatch(/^ {6}\S/);
  });

  test('is whole where it fits, and in pipes and files', () => {
    expect(hang('  a    ', 'b  c', 20)).toBe('  a    b  c');
    expect(hang('! ', text, null)).toBe(`! ${text}`);
  });

  test('breaks no word and no command', () => {
    expect(hang('', 'see /a/very/long/path there', 8)).toBe('see\n/a/very/long/path\nthere');
    expect(hang('', 'Agree with `fairlead approve 1a2b`.', 20)).toBe(
      'Agree with\n`fairlead approve 1a2b`.',
    );
    expect(hang('', 'one ` two three', 9)).toBe('one ` two\nthree');
  });

  test('is not narrower for its colours', () => {
    const { bad, faint } = createStyle(true);
    const lines = hang(`${bad('✗')} `, faint(text), 40).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.every((line) => displayWidth(line) <= 40)).toBe(true);
  });
});
