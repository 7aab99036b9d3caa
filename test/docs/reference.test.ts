import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  exitCodeByCode,
  exitCodeMeanings,
  exitCodeOf,
  exitCodes,
} from '../../src/cli/exit-codes.ts';
import { errorDefinitions } from '../../scripts/docs/errors.ts';
import { generatedPages, presentPage } from '../../scripts/generate-docs.ts';

const source = join(import.meta.dirname, '../../src');

describe('the reference', () => {
  test.each([
    'docs/reference/cli.md',
    'docs/reference/errors.md',
    'docs/reference/configuration.md',
    'docs/reference/health.md',
    'docs/reference/host.md',
  ])('%s says what the code says; otherwise run `npm run docs:generate`', async (path) => {
    expect(presentPage(path)).toBe((await generatedPages()).get(path));
  });
});

describe('errors', () => {
  test('have codes of the form domain.reason, and tell what to do', async () => {
    for (const { code, title, hint } of await errorDefinitions()) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z0-9]+)*$/);
      expect(title).toMatch(/^\S.*[^.\s]$/);
      expect(hint).toMatch(/^[A-Z`].*[.!?]$/);
    }
  });

  test('are declared in errors.ts alone, so that the reference has them all', () => {
    const elsewhere = globSync('**/*.ts', { cwd: source })
      .filter(
        (file) =>
          !file.endsWith('errors.ts') &&
          !file.endsWith('.test.ts') &&
          !file.endsWith('.testing.ts') &&
          file !== join('model', 'error.ts'),
      )
      .filter((file) => /\bdefineError\(/.test(readFileSync(join(source, file), 'utf8')));
    expect(elsewhere).toEqual([]);
  });

  test('that have an exit code of their own exist', async () => {
    const codes = new Set((await errorDefinitions()).map((definition) => definition.code));
    for (const code of Object.keys(exitCodeByCode)) expect(codes).toContain(code);
  });

  test('end commands with the documented codes', async () => {
    const definitions = await errorDefinitions();
    for (const definition of definitions)
      expect(exitCodeMeanings).toHaveProperty(String(exitCodeOf(definition)));
    const ends = (code: string) =>
      exitCodeOf(definitions.find((definition) => definition.code === code)!);
    expect(ends('application.not-found')).toBe(exitCodes.notFound);
    expect(ends('cli.needs-person')).toBe(exitCodes.refused);
    expect(ends('cli.timeout')).toBe(exitCodes.timeout);
    expect(ends('cli.interrupted')).toBe(exitCodes.interrupted);
    expect(ends('cli.usage')).toBe(exitCodes.error);
    expect(ends('control.not-permitted')).toBe(exitCodes.notAuthorised);
    expect(ends('target.inventory-conflict')).toBe(exitCodes.conflict);
    expect(ends('internal.unexpected')).toBe(exitCodes.error);
  });
});
