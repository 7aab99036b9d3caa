/**
 * Writes `schema/fairlead.schema.json` from the zod schemas; `--check` only says whether it is up to date.
 * Editors find it by the line `# yaml-language-server: $schema=…` that `fairlead init` writes.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultDrivers } from '../src/config/drivers.ts';
import { configSchema } from '../src/config/json-schema.ts';
import { createKinds } from '../src/config/kinds/index.ts';

const file = fileURLToPath(new URL('../schema/fairlead.schema.json', import.meta.url));

/** The text that the file must have. */
export function schemaText(): string {
  return `${JSON.stringify(configSchema(createKinds(defaultDrivers)), null, 2)}\n`;
}

function present(): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, schemaText());
  } else if (present() !== schemaText()) {
    process.stderr.write('schema/fairlead.schema.json is out of date: run `npm run schema`\n');
    process.exitCode = 1;
  }
}
