import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodeMeanings } from '../../src/cli/exit-codes.ts';
import { locate, parse } from '../../src/cli/parse.ts';
import { commands, findCommand } from '../../src/cli/registry.ts';
import { errorDefinitions } from '../../scripts/docs/errors.ts';
import { anchorsOf, blocksOf, linksOf } from '../support/page/blocks.ts';
import { compare } from '../support/page/compare.ts';
import { fileOf } from '../support/page/steps.ts';
import { allPages, stories, textOf, top } from './pages.ts';

/** What can be told about pages without playing them. */

describe('pages', () => {
  test.each(stories)('%s shows no YAML that nothing reads', (page) => {
    const idle = blocksOf(textOf(page)).filter(
      (block) => /^ya?ml$/.test(block.language) && fileOf(block) === null,
    );
    expect(idle.map((block) => block.line)).toEqual([]);
  });

  test('that send people to npm name scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = allPages.flatMap((page) =>
      blocksOf(textOf(page))
        .filter((block) => block.info === 'elsewhere')
        .flatMap((block) => block.lines)
        .filter((line) => line.startsWith('npm ')),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const line of named) {
      const [, script = ''] = /^npm (?:run )?([\w:-]+)/.exec(line) ?? [];
      expect([line, Object.keys(scripts)]).toEqual([line, expect.arrayContaining([script])]);
    }
  });

  test('show little that is not run', () => {
    const still = stories.flatMap((page) =>
      blocksOf(textOf(page)).filter((block) => block.language === 'text'),
    );
    expect(still.length).toBeLessThanOrEqual(6);
  });
});

describe('troubleshooting', () => {
  const page = textOf('docs/guide/troubleshooting.md');

  test('speaks of errors that exist', async () => {
    const known = new Set((await errorDefinitions()).map((definition) => definition.code));
    const named = [...page.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, code = '']) => code);
    const domains = new Set([...known].map((code) => code.split('.')[0]));
    const codes = named.filter(
      (code) => domains.has(code.split('.')[0]) && !code.endsWith('.file'),
    );
    expect(codes.length).toBeGreaterThan(15);
    expect(codes.filter((code) => !known.has(code) && code !== 'host.stateDir')).toEqual([]);
  });

  test('has every exit code', () => {
    const table = page.slice(page.indexOf('## Exit codes'), page.indexOf('## Where things are'));
    const codes = [...table.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => code);
    expect(codes).toEqual(Object.keys(exitCodeMeanings));
  });
});

describe('the reference', () => {
  const lines = blocksOf(textOf('docs/reference/cli.md'))
    .filter((block) => block.language === 'sh')
    .flatMap((block) => block.lines)
    .filter((line) => /\bfairlead\b/.test(line) && !line.startsWith('#'));

  test.each(lines)('%s is a command line that is understood', async (line) => {
    const inner = [...line.matchAll(/\$\((.*?)\)/g)].map(([, command = '']) => command);
    const lines = [line.replaceAll(/\$\(.*?\)/g, 'x'), ...inner].join('\n');
    for (const [, words = ''] of lines.matchAll(/(?:^|[|&] ?)fairlead ([^|&\n]*)/gm)) {
      const argv = (words.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      const redirect = argv.findIndex((word) => /^[0-9]?>/.test(word));
      const used = redirect < 0 ? argv : argv.slice(0, redirect);
      const entry = findCommand(locate(used).verb ?? '') ?? null;
      const definition = (await entry?.load()) ?? null;
      expect(() => parse(used, commands, entry, definition)).not.toThrow();
    }
  });
});

describe('links', () => {
  test.each(allPages)('of %s lead somewhere', (page) => {
    const broken = linksOf(textOf(page)).filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? join(top, page) : join(top, dirname(page), path);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      return !statSync(target).isFile() || !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('of the guide and the examples reach every page', () => {
    const linked = new Set(
      allPages.flatMap((page) =>
        linksOf(textOf(page)).map((link) => join(dirname(page), link.split('#')[0] ?? '')),
      ),
    );
    const pages = allPages.filter((page) => /^(?:docs\/guide|examples)\//.test(page));
    expect(
      pages.filter(
        (page) =>
          !linked.has(page) && !linked.has(`${dirname(page)}/`) && !linked.has(dirname(page)),
      ),
    ).toEqual([]);
  });
});

describe('what a command says', () => {
  const fits = (page: string, said: string): boolean =>
    compare(page.split('\n'), said.split('\n')).fits;

  test('fits a page that differs only in ids, times and the width of columns', () => {
    expect(fits('site  Synced 0be11cd4  31s', 'site   Synced   d5319604   1m17s')).toBe(true);
    expect(fits('Digest: sha256:…', `Digest: sha256:${'0a'.repeat(32)}`)).toBe(true);
    expect(fits('first\n…\nlast', 'first\nlast')).toBe(true);
    expect(fits('first\n…\nlast', 'first\n1\n2\nlast\n')).toBe(true);
  });

  test('does not fit one with other words, and is told so by the line', () => {
    expect(fits('site Synced', 'site OutOfSync')).toBe(false);
    expect(fits('1 to create', '2 to create')).toBe(false);
    expect(fits('first', 'first\nsecond')).toBe(false);
    expect(fits('', 'something')).toBe(false);
    expect(compare(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual({ fits: false, line: 'b' });
  });

  test('tells which ids it said for those of the page', () => {
    const { ids } = compare(
      ['…', 'site  0be11cd4', 'mwuoid8x8xyk …'],
      ['first', 'site  d5319604', 'mwunbfw6cwo3   1s'],
    ) as { ids: ReadonlyMap<string, string> };
    expect(Object.fromEntries(ids)).toEqual({
      '0be11cd4': 'd5319604',
      mwuoid8x8xyk: 'mwunbfw6cwo3',
    });
  });
});
