import { z } from 'zod';
import { commandDefinition } from './command/spec.ts';
import { directoryDefinition } from './directory/spec.ts';
import { fileDefinition } from './file/spec.ts';
import { documentSchema } from './manifest.ts';
import { processDefinition } from './process/spec.ts';

interface Definition {
  readonly kind: string;
  readonly description: string;
  readonly spec: z.ZodType;
}

/** Every kind, in the order in which they are made inside a wave. */
const definitions: readonly Definition[] = [
  directoryDefinition,
  fileDefinition,
  commandDefinition,
  processDefinition,
];

type Schema = Readonly<Record<string, unknown>>;

/** One JSON Schema (draft 2020-12) for a resource of a host target: any of the kinds. What editors are pointed to. */
export function hostSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Resources of a Fairlead host target',
    description: 'One document of a folder that an application of a host target renders.',
    oneOf: definitions.map(({ kind }) => ({ $ref: `#/$defs/${kind}` })),
    $defs: Object.fromEntries(
      definitions.map(({ kind, description, spec }) => {
        const described = spec.meta({
          ...z.globalRegistry.get(spec),
          description: 'What it is to be like.',
        });
        const document = documentSchema(kind, described).meta({ title: kind, description });
        const { $schema: _, ...made } = z.toJSONSchema(document, { io: 'input' });
        return [kind, made];
      }),
    ),
  };
}
