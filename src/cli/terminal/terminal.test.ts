import { describe, expect, test } from 'vitest';
import { createStyle, wantsColor } from './style.ts';
import { formatTable } from './table.ts';
import { displayWidth, oneLine, truncate, visible } from './width.ts';

const esc = '\u001b';

describe('text from outside', () => {
  test('cannot move the cursor, change colours or the title of the terminal', () => {
    expect(visible(`a${esc}[31mb${esc}]0;title\u0007c\u009b1m`)).toBe('a␛[31mb␛]0;title␇c�1m');
  });

  test('cannot be shown in another order than it has', () => {
    expect(visible('safe\u202egpj.exe')).toBe('safe�gpj.exe');
  });

  test('keeps its lines and tabs, unless it is to be one line', () => {
    expect(visible('a\n\tb')).toBe('a\n\tb');
    expect(oneLine(' a\r\n\tb \n c ')).toBe('a b c');
    expect(visible('a\rb')).toBe('a␍b');
  });
});

describe('width', () => {
  test('counts columns, not characters', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('日本')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth(createStyle(true).good('ok'))).toBe(2);
  });

  test('truncation ends with an ellipsis and never exceeds the width', () => {
    expect(truncate('abcdef', 6)).toBe('abcdef');
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(displayWidth(truncate('日本日本', 4))).toBeLessThanOrEqual(4);
  });
});

describe('a table', () => {
  const options = { width: null, flexible: [1], paintHeader: (text: string) => text };
  const rows = [
    [{ text: 'site@dev' }, { text: 'a long message that does not fit' }],
    [{ text: 'x' }, { text: 'short' }],
  ];

  test('aligns its columns and pads no last one', () => {
    expect(formatTable(['NAME', 'MESSAGE'], rows, options)).toEqual([
      'NAME       MESSAGE',
      'site@dev   a long message that does not fit',
      'x          short',
    ]);
  });

  test('is cut to the terminal in its flexible columns only', () => {
    expect(formatTable(['NAME', 'MESSAGE'], rows, { ...options, width: 24 })).toEqual([
      'NAME      MESSAGE',
      'site@dev  a long messag…',
      'x         short',
    ]);
  });

  test('has narrower gaps before anything is cut', () => {
    expect(formatTable(['NAME', 'MESSAGE'], rows, { ...options, width: 42 })[1]).toBe(
      'site@dev  a long message that does not fit',
    );
  });

  test('colours take no room', () => {
    const paint = createStyle(true).bad;
    const [, line] = formatTable(['A', 'B'], [[{ text: 'xx', paint }, { text: 'y' }]], options);
    expect(displayWidth(line ?? '')).toBe(6);
  });
});

describe('colours', () => {
  const tty = { isTTY: true };
  test.each([
    [{}, tty, false, true],
    [{}, {}, false, false],
    [{ NO_COLOR: '1' }, tty, false, false],
    [{ NO_COLOR: '' }, tty, false, true],
    [{ FORCE_COLOR: '1' }, {}, false, true],
    [{ FORCE_COLOR: '0' }, tty, false, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, tty, false, false],
    [{ FORCE_COLOR: '1' }, tty, true, false],
    [{ TERM: 'dumb' }, tty, false, false],
  ])('with %o on %o, refused %s: %s', (env, stream, refused, expected) => {
    expect(wantsColor(env, stream, refused)).toBe(expected);
  });
});
