import { z } from 'zod';
import type { Config } from '../../model/config.ts';
import type { Origin } from '../../model/resource.ts';
import { documentName } from '../name.ts';
import type { ConfigKind, collectionOf } from '../problem.ts';

/** The one version of documents that this Fairlead reads. */
export const apiVersion = 'fairlead.dev/v1alpha1';

/** What one kind of document is internally. */
type ValueOf<Kind extends ConfigKind> =
  Config[(typeof collectionOf)[Kind]] extends ReadonlyMap<string, infer Value> ? Value : never;

/** One valid document. */
export type ConfigEntry = {
  [Kind in ConfigKind]: { readonly kind: Kind; readonly value: ValueOf<Kind> };
}[ConfigKind];

/** One kind of document: what users write, and how it becomes the internal form. */
export interface Kind {
  readonly kind: ConfigKind;
  /** The whole document as users write it. */
  readonly schema: z.ZodType;
  /** Gives the internal form, or what is wrong with the document. */
  read(document: unknown, origin: Origin): Read;
  /** Words for a field that is known but not here, or `null`. */
  explainUnknownField(path: readonly (string | number)[], field: string): string | null;
}

/** One document as it was read, or what is wrong with it. */
type Read =
  | { readonly ok: true; readonly entry: ConfigEntry }
  | { readonly ok: false; readonly issues: readonly z.core.$ZodIssue[] };

const stringMap = z.record(z.string(), z.string());

/** Ties a kind of document to its schema and to what it is internally. */
export function defineKind<K extends ConfigKind, Spec extends z.ZodType>(definition: {
  readonly kind: K;
  /** What the kind is for; shown by editors. */
  readonly description: string;
  readonly spec: Spec;
  readonly toInternal: (name: string, spec: z.output<Spec>, origin: Origin) => ValueOf<K>;
  readonly explainUnknownField?: Kind['explainUnknownField'];
}): Kind {
  const { kind, description, spec, toInternal } = definition;
  const schema = z
    .strictObject({
      apiVersion: z.literal(apiVersion).meta({ description: 'Version of the format.' }),
      kind: z.literal(kind).meta({ description }),
      metadata: z
        .strictObject({
          name: documentName(`Name of the ${kind}; unique among all of its kind.`),
          labels: stringMap.optional().meta({ description: 'For your own use.' }),
          annotations: stringMap.optional().meta({ description: 'For your own use.' }),
        })
        .meta({ description: 'What the document is called.' }),
      spec,
    })
    .meta({ title: kind, description });
  return {
    kind,
    schema,
    read: (document, origin) => {
      const parsed = schema.safeParse(document, { reportInput: false });
      if (!parsed.success) return { ok: false, issues: parsed.error.issues };
      const data = parsed.data as { metadata: { name: string }; spec: z.output<Spec> };
      const value = toInternal(data.metadata.name, data.spec, origin);
      // The compiler cannot see that kind and value belong together; this is the one place that pairs them.
      return { ok: true, entry: { kind, value } as unknown as ConfigEntry };
    },
    explainUnknownField: definition.explainUnknownField ?? (() => null),
  };
}
