import type { Json, JsonObject } from '../../../model/json.ts';
import { maxNesting, maxValues } from './budget.ts';
import type { Budget } from './budget.ts';

/** Longest text of an object that an expression sees whole. */
const maxText = 32_768;

/**
 * An object as CEL has it: whole numbers are `int`, as the API server's own CEL has them. An object without a status
 * has an empty one, so that `has(status.conditions)` can be asked before there is one.
 * @returns `null` when it has too many values or too deep a nesting.
 */
export function toCelVariables(object: JsonObject, budget: Budget): Record<string, unknown> | null {
  let left = maxValues;
  const convert = (value: Json, depth: number): unknown => {
    left -= 1;
    if (left < 0 || depth > maxNesting) throw new RangeError('too large');
    switch (typeof value) {
      case 'number':
        return Number.isSafeInteger(value) ? BigInt(value) : value;
      case 'string':
        return value.length > maxText ? value.slice(0, maxText) : value;
      case 'object': {
        if (value === null) return null;
        const before = left;
        const converted = Array.isArray(value)
          ? value.map((item: Json) => convert(item, depth + 1))
          : Object.fromEntries(
              Object.entries(value).map(([key, member]) => [key, convert(member, depth + 1)]),
            );
        budget.weigh(converted, before - left + 1);
        return converted;
      }
      default:
        return value;
    }
  };
  try {
    const converted = convert(object, 0) as Record<string, unknown>;
    converted['status'] ??= {};
    return converted;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
