import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * What is exported is what a file promises to others: somebody imports it, and it says what it is. Constants that describe
 * themselves (errors, commands, rules of health) need no docstring.
 */

const root = join(import.meta.dirname, '../..');
const files = ['src', 'test', 'scripts'].flatMap((folder) =>
  globSync('**/*.{ts,mjs,js}', { cwd: join(root, folder) })
    .filter((file) => !file.includes('fixtures'))
    .map((file) => join(folder, file)),
);
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

interface Exported {
  readonly file: string;
  readonly name: string;
  readonly kind: string;
  readonly isDocumented: boolean;
}

const declaration =
  /^export (?:abstract )?(async function\*?|function\*?|const|class|interface|type) (\w+)/;

function exportsOf(file: string): readonly Exported[] {
  const lines = (texts.get(file) ?? '').split('\n');
  return lines.flatMap((line, at) => {
    const [, kind = '', name] = declaration.exec(line) ?? [];
    if (name === undefined) return [];
    const above = lines.slice(0, at).findLast((one) => !one.startsWith('// oxlint-disable'));
    return [{ file, name, kind, isDocumented: above?.endsWith('*/') === true }];
  });
}

/** `file name` of all that is imported, by name; `file *` of what is imported whole. */
function importsOf(file: string): readonly string[] {
  const text = texts.get(file) ?? '';
  const from = (specifier: string): string =>
    relative(root, resolve(root, dirname(file), specifier));
  const named = (names: string, specifier: string): readonly string[] =>
    names
      .split(',')
      .map((one) => /(?:type\s+)?(\w+)/.exec(one)?.[1] ?? '')
      .map((name) => `${from(specifier)} ${name}`);
  const found: string[] = [];
  for (const [, names = '', specifier = ''] of text.matchAll(
    /(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'(\.[^']+)'/g,
  ))
    found.push(...named(names, specifier));
  for (const [, specifier = ''] of text.matchAll(
    /(?:import|export) (?:type )?\* (?:as \w+ )?from '(\.[^']+)'/g,
  ))
    found.push(`${from(specifier)} *`);
  for (const [, before, names = '', specifier = ''] of text.matchAll(
    /(\{([^{}]*)\}\s*=\s*await\s+)?import\(\s*'(\.[^']+)'\s*\)/g,
  ))
    found.push(...(before === undefined ? [`${from(specifier)} *`] : named(names, specifier)));
  return found;
}

const exported = files
  .filter((file) => file.startsWith('src') && !file.endsWith('.test.ts'))
  .flatMap(exportsOf);
const imported = new Set(files.flatMap(importsOf));

describe('what a file of src exports', () => {
  test('is imported by another file', () => {
    const unused = exported
      // The reference lists all errors. The launcher of the package starts `main`.
      .filter(({ file }) => !/\berrors?\.ts$/.test(file) && file !== join('src', 'main.ts'))
      .filter(({ file, name }) => !imported.has(`${file} ${name}`) && !imported.has(`${file} *`));
    expect(unused.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  test('says what it is, if it is a type, a class or a function', () => {
    const silent = exported.filter(({ kind, isDocumented }) => kind !== 'const' && !isDocumented);
    expect(silent.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  test('is looked at as a whole', () => {
    expect(exported.length).toBeGreaterThan(1_500);
    expect(imported).toContain('src/model/result.ts success');
    expect(imported).not.toContain('src/model/result.ts nothing');
  });
});
