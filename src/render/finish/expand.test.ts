import { describe, expect, test } from 'vitest';
import { CannotExpand, expand } from './expand.ts';

const variables: Readonly<Record<string, string>> = {
  MIXED: 'abcdEFGH28ij',
  FILE: '/path/to/file.tar.gz',
  WORDS: 'abcABC123ABCabc',
  EMPTY: '',
  other_1: 'foo',
};
const filled = (text: string, strict = true): string =>
  expand(text, (name) => variables[name], strict);

/** What fluxcd/pkg/envsubst gives for the same. */
test.each([
  ['text alone, and $MIXED without braces', 'text alone, and $MIXED without braces'],
  ['${MIXED} and ${other_1}', 'abcdEFGH28ij and foo'],
  ['${#MIXED}', '12'],
  ['${MIXED^}', 'AbcdEFGH28ij'],
  ['${MIXED^^}', 'ABCDEFGH28IJ'],
  ['${WORDS,}', 'abcABC123ABCabc'],
  ['${WORDS,,}', 'abcabc123abcabc'],
  ['${FILE:6}', 'to/file.tar.gz'],
  ['${FILE:6:2}', 'to'],
  ['${FILE:-2}', '/path/to/file.tar.gz'],
  ['${FILE:99}', ''],
  ['${FILE:9:99}', 'file.tar.gz'],
  ['${FILE:6:-7}', 'to/file'],
  ['${FILE:6:-99}', ''],
  ['${MISSING=xyz}', 'xyz'],
  ['${MISSING:=xyz}', 'xyz'],
  ['${MISSING:-x y: z}', 'x y: z'],
  ['${EMPTY:=xyz}', 'xyz'],
  ['${MIXED:=xyz}', 'abcdEFGH28ij'],
  ['${MISSING:=}', ''],
  ['${MISSING:=a${other_1}b}', 'afoob'],
  ['${MISSING:=${ALSO:=${other_1^^}}}', 'FOO'],
  ['${WORDS/%abc/XYZ}', 'abcABC123ABCXYZ'],
  ['${WORDS/#abc/XYZ}', 'XYZABC123ABCabc'],
  ['${WORDS//abc/xyz}', 'xyzABC123ABCxyz'],
  ['${WORDS/abc/xyz}', 'xyzABC123ABCabc'],
  ['${WORDS/abc/}', 'ABC123ABCabc'],
  ['${FILE//\\//-}', '-path-to-file.tar.gz'],
  ['${FILE/\\/path/\\/other\\/path}', '/other/path/to/file.tar.gz'],
  ['${FILE#*/}', 'path/to/file.tar.gz'],
  ['${FILE##*/}', 'file.tar.gz'],
  ['${FILE%.*}', '/path/to/file.tar'],
  ['${FILE%%.*}', '/path/to/file'],
  ['${WORDS#[a-c]}', 'bcABC123ABCabc'],
  ['${WORDS##[^0-9]*[0-9]}', 'ABCabc'],
  ['${WORDS%[!x]}', 'abcABC123ABCabc'],
  ['${FILE#\\/p?[t]}', 'h/to/file.tar.gz'],
  ['${WORDS#[a}', 'abcABC123ABCabc'],
  ['$${MIXED}', '${MIXED}'],
  ['a $$ b', 'a $ b'],
  ['${MIXED}$${a$${MIXED}$b${other_1}', 'abcdEFGH28ij${a${MIXED}$bfoo'],
  ['\\\\x ${other_1}', '\\\\x foo'],
])('%s becomes %s', (text, result) => {
  expect(filled(text)).toBe(result);
});

describe('a variable that has no value', () => {
  test.each(['${NO}', '${#NO}', '${NO^^}', '${NO:0:1}', '${NO/a/b}', '${NO#a}', '${a:=${NO}}'])(
    'makes %s fail, or empty where that is asked for',
    (text) => {
      expect(() => filled(text)).toThrow(CannotExpand);
      expect(() => filled(text)).toThrow('NO has no value and no default');
      expect(filled(text, false)).toBe(text.startsWith('${#') ? '0' : '');
    },
  );
});

test.each([
  '${',
  '${A',
  '${}',
  '${1A}',
  '${MIXED',
  '${MIXED:=a',
  '${MIXED ^}',
  '${WORDS/a}',
  '${MIXED?}',
])('%s is an error', (text) => {
  expect(() => filled(text)).toThrow(CannotExpand);
});

test('what is nested without end is an error, and a long text takes no longer than it is long', () => {
  expect(() => filled('${A:='.repeat(1_000))).toThrow(CannotExpand);
  expect(filled('$'.repeat(200_000))).toHaveLength(100_000);
});
