/**
 * Writes `schema/*.schema.json` from the zod schemas; `--check` only says whether they are up to date. Editors find them
 * by a line `# yaml-language-server: $schema=…`, as `fairlead init` writes it.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { targetDrivers } from '../src/targets/registry.ts';
import { configSchema } from '../src/config/json-schema.ts';
import { createKinds } from '../src/config/kinds/index.ts';
import { hostSchema } from '../src/targets/host/schema.ts';

const root = dirname(import.meta.dirname);

/** The text that each file must have, by its path in the checkout. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['schema/fairlead.schema.json', textOf(configSchema(createKinds(targetDrivers)))],
    ['schema/host.schema.json', textOf(hostSchema())],
  ]);
}

function textOf(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function present(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

if (import.meta.main) {
  for (const [path, text] of schemaFiles()) {
    const file = join(root, path);
    if (!process.argv.includes('--check')) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    } else if (present(file) !== text) {
      process.stderr.write(`${path} is out of date: run \`npm run schema\`\n`);
      process.exitCode = 1;
    }
  }
}
