import { hostSchema } from '../../src/targets/host/schema.ts';
import { generated } from './markdown.ts';
import { describeKind } from './schema.ts';
import type { Schema } from './schema.ts';

/** `docs/reference/host.md`: every field of every kind of resource of a host target. */
export function hostReference(): string {
  const { $defs } = hostSchema() as { readonly $defs: Readonly<Record<string, Schema>> };
  return [
    '# Resources of a host target',
    generated('the schemas in `src/targets/host`'),
    'What an application of a host target is made of: documents of `apiVersion: host.fairlead.dev/v1alpha1` in its folder. Unknown fields are errors, and nothing of the application changes until they are corrected. Editors check them with [the JSON Schema](../../schema/host.schema.json).',
    'Inside a wave directories come first, then files, commands and processes; what leaves the source goes the other way round. Lengths of time are written like `90s`, `5m` or `1h30m`.',
    ...Object.entries($defs).map(([kind, document]) => describeKind(kind, document)),
  ].join('\n\n');
}
