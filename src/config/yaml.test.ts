import { expect, test } from 'vitest';
import { parseYaml } from './yaml.ts';
import type { YamlFile } from './yaml.ts';

function documents(text: string) {
  const file = parseYaml(text);
  if (!file.ok) throw new Error(file.findings[0]?.message);
  return file.documents;
}

function fileCodes(file: YamlFile): readonly string[] {
  return file.ok ? [] : file.findings.map(({ definition }) => definition.definition.code);
}

function documentCodes(text: string): readonly string[] {
  return documents(text).flatMap(({ findings }) =>
    findings.map(({ definition }) => definition.definition.code),
  );
}

test('a field is located by line and column, its name apart from its value', () => {
  const [first, second] = documents('# note\na: 1\n---\nspec:\n  list:\n    - x\n    - {b: 2}\n');
  expect(first?.start).toEqual({ line: 2, column: 1 });
  expect(second?.locate(['spec', 'list', 1, 'b'])).toEqual({ line: 7, column: 11 });
  expect(second?.locate(['spec', 'list', 1, 'b'], true)).toEqual({ line: 7, column: 8 });
  expect(second?.locate(['spec', 'missing'])).toEqual({ line: 5, column: 3 });
});

test('empty documents and comments are left out', () => {
  expect(documents('')).toEqual([]);
  expect(documents('# only a comment\n---\n---\n...\n')).toEqual([]);
});

test('aliases stand for what they name', () => {
  const [document] = documents('base: &b {x: 1}\nmade: {y: *b}\n');
  expect(document?.value).toEqual({ base: { x: 1 }, made: { y: { x: 1 } } });
  expect(document?.locate(['made', 'y', 'x'])).toEqual({ line: 1, column: 14 });
});

test('a name such as __proto__ is a field like any other', () => {
  const [document] = documents('__proto__: {polluted: true}\n');
  expect(Object.keys(document?.value as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('an unknown tag is an error, not dropped', () => {
  expect(documentCodes('a: !secret x\n')).toEqual(['config.yaml-syntax']);
});

test('broken syntax refuses the whole file, with every place', () => {
  const file = parseYaml('a: 1\n---\nx: 5\n y: 6\n---\nb: "open\n');
  expect(fileCodes(file)).toContain('config.yaml-syntax');
  expect(file.ok ? [] : file.findings.map(({ position }) => position.line)).toEqual([3, 7]);
});

test('a bracket that is not closed is told once, also where others around it stay open with it', () => {
  const file = parseYaml('spec: { targets: [here, sync: auto }\n');
  expect(file.ok ? [] : file.findings.map(({ message }) => message)).toEqual([
    expect.stringContaining('end with a ]'),
  ]);
  expect(fileCodes(parseYaml('a: [1\n---\nb: {c: 1\n'))).toHaveLength(2);
});

test('a placeholder that is not quoted where it has to be is told once, with what to do', () => {
  const file = parseYaml('a: 1\nspec: {path: web/{environment}, environments: [dev]}\n');
  expect(file.ok ? [] : file.findings).toMatchObject([
    { message: expect.stringContaining('quotes'), position: { line: 2, column: 18 } },
  ]);
});

test('a field given twice is an error of its document alone', () => {
  const [first, second] = documents('a: 1\na: 2\n---\nb: 1\n');
  expect(first?.findings[0]).toMatchObject({ position: { line: 2, column: 1 } });
  expect(second?.findings).toEqual([]);
});

test('an alias bomb is refused without being expanded', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let at = 1; at <= 30; at++) {
    lines.push(
      `a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(', ')}]`,
    );
  }
  expect(documentCodes(lines.join('\n'))).toEqual(['config.alias-bomb']);
});

test('a long chain of aliases is refused as too deep, not followed until the stack ends', () => {
  const lines = ['a0: &a0 [x]'];
  for (let at = 1; at <= 5000; at++) lines.push(`a${at}: &a${at} [*a${at - 1}]`);
  expect(documentCodes(lines.join('\n'))).toEqual(['config.too-deep']);
});

test('many aliases are read in time', () => {
  const text = `a: &a [x]\nb: [${Array(40_000).fill('*a').join(', ')}]\n`;
  expect(documents(text)).toHaveLength(1);
}, 30_000);

test('many fields are read in time', () => {
  const text = Array.from({ length: 80_000 }, (_, at) => `k${at}: 1`).join('\n');
  expect(documents(text)).toHaveLength(1);
}, 30_000);

test('an alias that refers to what it stands in is refused', () => {
  expect(documentCodes('a: &a [*a]\n')).toEqual(['config.alias-bomb']);
});

test('an alias without an anchor is refused', () => {
  expect(documentCodes('a: *nowhere\n')).toEqual(['config.yaml-syntax']);
});

test('endless nesting is refused', () => {
  const file = parseYaml('['.repeat(100_000));
  expect(fileCodes(file)).toContain('config.yaml-syntax');
  expect(documentCodes(`${'['.repeat(60)}${']'.repeat(60)}`)).toEqual(['config.too-deep']);
});

test('a file beyond 1 MiB is refused unread', () => {
  expect(fileCodes(parseYaml(`a: ${'é'.repeat(600_000)}`))).toEqual(['config.too-large']);
});

test('more than 10,000 documents are refused', () => {
  expect(fileCodes(parseYaml('---\na: 1\n'.repeat(10_001)))).toEqual(['config.too-large']);
});
