import { z } from 'zod';

/** Longest list of names; nobody writes more by hand, and what is compared pairwise stays cheap. */
const maxNames = 1000;

/** A list without repetitions. */
export function uniqueNames<Item extends z.ZodType<string, string>>(item: Item) {
  return z
    .array(item)
    .max(maxNames, `has more than ${maxNames} names`)
    .check((context) => {
      const seen = new Set<string>();
      for (const [index, value] of context.value.entries()) {
        if (seen.has(value)) {
          context.issues.push({
            code: 'custom',
            input: value,
            path: [index],
            message: 'is named twice',
            params: { allowed: 'each name once' },
          });
        }
        seen.add(value);
      }
    })
    .meta({ uniqueItems: true });
}
