import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastLines, OutputTail } from './output.ts';

const tailOf = (
  chunks: readonly (string | Uint8Array)[],
  limit: number,
  secrets: string[] = [],
) => {
  const tail = new OutputTail(limit, secrets);
  for (const chunk of chunks) tail.push(Buffer.from(chunk as Uint8Array));
  return tail.text();
};

test('the end is kept, however much is written and in whatever pieces', () => {
  const text = Array.from({ length: 10_000 }, (_, at) => `line ${at}`).join('\n');
  const pieces = text.match(/[^]{1,777}/g) ?? [];
  expect(tailOf(pieces, 1_000)).toBe(text.slice(-1_000).trim());
});

test('no part of a secret is shown, wherever the beginning of what is kept cuts it', () => {
  const secret = 'SWORDFISH';
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(secret, 'a', 'bc', '\n', 'é', '\u00ff'), { maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      (pieces, limit) => {
        expect(tailOf(pieces, limit, [secret])).not.toMatch(/[SWORDFISH]/);
      },
    ),
  );
});

test('a secret is blotted out in the forms in which programs print it', () => {
  const secret = 'pass "word"\nsecond line\n';
  const shown = [
    secret,
    secret.trim(),
    'second line',
    JSON.stringify(secret),
    encodeURIComponent(secret.trim()),
    Buffer.from(secret).toString('base64'),
  ].map((form) => tailOf([`<${form}>`], 1_000, [secret]));
  for (const text of shown) {
    expect(text).toContain('«secret»');
    expect(text).not.toMatch(/word|second|cGFzcyA/);
  }
});

test('one secret that is part of another hides nothing of it', () => {
  expect(tailOf(['abcdef abc'], 100, ['abc', 'abcdef'])).toBe('«secret» «secret»');
});

test('what steers a terminal is left out, bytes that are no text do no harm', () => {
  expect(tailOf(['\u001b[31mred\u001b[0m\r\nbell\u0007'], 100)).toBe('red\nbell');
  expect(tailOf([Uint8Array.of(0xff, 0x61, 0xfe)], 100)).toBe('?a\ufffd');
});

test('the last lines are at most so many, and at most so long', () => {
  expect(lastLines('a\nb\nc', 2, 100)).toBe('b\nc');
  expect(lastLines('abcdef', 2, 3)).toBe('…def');
});
