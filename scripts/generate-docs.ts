import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cliReference } from './docs/cli.ts';
import { configurationReference } from './docs/configuration.ts';
import { errorReference } from './docs/errors.ts';
import { healthReference } from './docs/health.ts';
import { hostReference } from './docs/host.ts';

/**
 * `npm run docs:generate`: writes the pages of the reference that the code already holds. `--check` writes nothing and
 * fails where a page is out of date.
 */

const root = dirname(import.meta.dirname);

/** Every generated page, by its path in the checkout. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/cli.md', `${await cliReference()}\n`],
    ['docs/reference/errors.md', `${await errorReference()}\n`],
    ['docs/reference/configuration.md', `${configurationReference()}\n`],
    ['docs/reference/host.md', `${hostReference()}\n`],
    ['docs/reference/health.md', `${healthReference()}\n`],
  ]);
}

/** What stands in the checkout; empty where there is nothing. */
export function presentPage(path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) {
  for (const [path, text] of await generatedPages()) {
    if (presentPage(path) === text) continue;
    if (process.argv.includes('--check')) {
      console.error(`${path} is out of date: run \`npm run docs:generate\``);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      console.log(`wrote ${path}`);
    }
  }
}
