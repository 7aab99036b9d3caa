import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locate, parse } from '../../src/cli/parse.ts';
import { commands, findCommand } from '../../src/cli/registry.ts';
import { anchorsOf, blocksOf, linksOf } from '../support/page/blocks.ts';
import { compare } from '../support/page/compare.ts';
import { playPage } from '../support/page/play.ts';
import { fileOf } from '../support/page/steps.ts';

/** What pages tell people to type works, says what they show, and their links lead somewhere. */

const top = join(import.meta.dirname, '../..');
const examples = join(top, 'examples');

const all = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: top }).toSorted();
/** The reference lists what there is; the other pages tell a story, which is played. */
const stories = all.filter(
  (page) => !page.startsWith('docs/reference/') && !page.startsWith('docs/decisions/'),
);
const text = (page: string): string => readFileSync(join(top, page), 'utf8');
const played = stories.filter((page) =>
  blocksOf(text(page)).some((block) => fileOf(block) !== null || isRun(block)),
);

function isRun({ language, info }: { readonly language: string; readonly info: string }): boolean {
  return (language === 'sh' || language === 'console') && info !== 'elsewhere';
}

describe('pages', () => {
  test.for(played)('%s does what it shows', { timeout: 180_000 }, async (page) => {
    await expect(playPage(join(top, page), examples)).resolves.toBeUndefined();
  });

  test.each(stories)('%s shows no YAML that nothing reads', (page) => {
    const idle = blocksOf(text(page)).filter(
      (block) => /^ya?ml$/.test(block.language) && fileOf(block) === null,
    );
    expect(idle.map((block) => block.line)).toEqual([]);
  });

  test('that send people to npm name scripts that exist', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    const named = all.flatMap((page) =>
      blocksOf(text(page))
        .filter((block) => block.info === 'elsewhere')
        .flatMap((block) => block.lines)
        .filter((line) => line.trim() !== ''),
    );
    expect(named.length).toBeGreaterThan(0);
    for (const line of named) {
      const [, script = ''] = /^npm (?:run )?([\w:-]+)/.exec(line) ?? [];
      expect([line, Object.keys(scripts)]).toEqual([line, expect.arrayContaining([script])]);
    }
  });

  test('show little that is not run', () => {
    const still = stories.flatMap((page) =>
      blocksOf(text(page)).filter((block) => block.language === 'text'),
    );
    expect(still.length).toBeLessThanOrEqual(6);
  });
});

describe('the reference', () => {
  const lines = blocksOf(text('docs/reference/cli.md'))
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
  test.each(all)('of %s lead somewhere', (page) => {
    const broken = linksOf(text(page)).filter((link) => {
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
      all.flatMap((page) =>
        linksOf(text(page)).map((link) => join(dirname(page), link.split('#')[0] ?? '')),
      ),
    );
    const pages = all.filter((page) => /^(?:docs\/guide|examples)\//.test(page));
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
