import { z } from 'zod';

/** A list without repetitions. */
export function uniqueNames<Item extends z.ZodType<string, string>>(item: Item) {
  return z
    .array(item)
    .check((context) => {
      for (const [index, value] of context.value.entries()) {
        if (context.value.indexOf(value) === index) continue;
        context.issues.push({
          code: 'custom',
          input: value,
          path: [index],
          message: 'is named twice',
          params: { allowed: 'each name once' },
        });
      }
    })
    .meta({ uniqueItems: true });
}
