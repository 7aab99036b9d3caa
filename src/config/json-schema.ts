import { z } from 'zod';
import type { Kind } from './kinds/kind.ts';

type Schema = Readonly<Record<string, unknown>>;

const cached = new WeakMap<Kind, Schema>();

/** JSON Schema (draft 2020-12) of one kind of document, as users write it. */
function kindSchema(kind: Kind): Schema {
  const known = cached.get(kind);
  if (known !== undefined) return known;
  const { $schema: _, ...made } = z.toJSONSchema(kind.schema, { io: 'input' });
  cached.set(kind, made);
  return made;
}

/** One JSON Schema for a whole `fairlead.yaml`: any of the kinds. What editors are pointed to. */
export function configSchema(kinds: readonly Kind[]): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Fairlead configuration',
    description: 'One document of fairlead.yaml or fairlead/*.yaml.',
    oneOf: kinds.map((kind) => ({ $ref: `#/$defs/${kind.kind}` })),
    $defs: Object.fromEntries(kinds.map((kind) => [kind.kind, kindSchema(kind)])),
  };
}

/** The fields that may stand at a place of a document; empty where any may. */
export function fieldsAt(kind: Kind, path: readonly (string | number)[]): readonly string[] {
  let schema: Schema | undefined = kindSchema(kind);
  for (const part of path) {
    const inner: unknown =
      typeof part === 'number'
        ? schema?.['items']
        : (schema?.['properties'] as Record<string, unknown> | undefined)?.[part];
    schema = inner as Schema | undefined;
  }
  return Object.keys((schema?.['properties'] as object | undefined) ?? {});
}
