import { targetDrivers } from '../../src/targets/registry.ts';
import { configSchema } from '../../src/config/json-schema.ts';
import { createKinds } from '../../src/config/kinds/index.ts';
import { generated } from './markdown.ts';
import { describeKind } from './schema.ts';
import type { Schema } from './schema.ts';

/** `docs/reference/configuration.md`: every field of every kind of document. */
export function configurationReference(): string {
  const schema = configSchema(createKinds(targetDrivers)) as {
    readonly $defs: Readonly<Record<string, Schema>>;
  };
  return [
    '# Configuration',
    generated('the schemas in `src/config`'),
    'The configuration is `fairlead.yaml`, or any `fairlead/*.yaml`, at the top of a repository; several documents in one file are separated by `---`. Unknown fields are errors. A document with an error keeps its last good version, and nothing is deleted because of it. Editors check it with [the JSON Schema](../../schema/fairlead.schema.json); `fairlead validate` checks it whole.',
    'Lengths of time are written like `90s`, `5m` or `1h30m`.',
    ...Object.entries(schema.$defs).map(([kind, document]) => describeKind(kind, document)),
  ].join('\n\n');
}
