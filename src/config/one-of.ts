import { z } from 'zod';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Demands exactly one (or at most one) of these fields. Runs also when other fields are wrong, so that one pass
 * names every problem.
 */
export function oneOf<Schema extends z.ZodType>(
  schema: Schema,
  keys: readonly string[],
  options: { readonly optional?: boolean } = {},
): Schema {
  const optional = options.optional === true;
  const given = (value: unknown): readonly string[] =>
    isObject(value) ? keys.filter((key) => value[key] !== undefined) : [];
  return schema
    .refine((value) => given(value).length === 1 || (optional && given(value).length === 0), {
      when: ({ value }) => isObject(value),
      error: ({ input }) => {
        const found = given(input);
        return found.length === 0
          ? `needs one of: ${keys.join(', ')}`
          : `has ${found.join(' and ')}, but only one of them may be given`;
      },
      params: {
        allowed: `${optional ? 'at most' : 'exactly'} one of: ${keys.join(', ')}`,
        needed: keys,
      },
    })
    .meta({
      ...z.globalRegistry.get(schema),
      oneOf: [
        ...keys.map((key) => ({ required: [key] })),
        ...(optional ? [{ not: { anyOf: keys.map((key) => ({ required: [key] })) } }] : []),
      ],
    });
}
