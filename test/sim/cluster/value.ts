import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject } from '../../../src/model/json.ts';

/** Reading and changing objects; what is not there is read as nothing. */

export function at(value: Json | undefined, ...names: readonly string[]): Json | undefined {
  let found = value;
  for (const name of names) found = isJsonObject(found) ? found[name] : undefined;
  return found;
}

export function objectAt(value: Json | undefined, ...names: readonly string[]): JsonObject {
  const found = at(value, ...names);
  return isJsonObject(found) ? found : {};
}

export function textAt(value: Json | undefined, ...names: readonly string[]): string {
  const found = at(value, ...names);
  return typeof found === 'string' ? found : '';
}

export function numberAt(value: Json | undefined, ...names: readonly string[]): number | null {
  const found = at(value, ...names);
  return typeof found === 'number' ? found : null;
}

export function listAt(value: Json | undefined, ...names: readonly string[]): readonly Json[] {
  const found = at(value, ...names);
  return Array.isArray(found) ? found : [];
}

/** The object with another value at a place; `undefined` takes it away. */
export function set(
  object: JsonObject,
  names: readonly string[],
  value: Json | undefined,
): JsonObject {
  const [first, ...rest] = names;
  if (first === undefined) return object;
  if (rest.length > 0) return { ...object, [first]: set(objectAt(object, first), rest, value) };
  const { [first]: _former, ...others } = object;
  return value === undefined ? others : { ...object, [first]: value };
}

/** The values of `object`, completed by what it does not have. */
export function completed(object: JsonObject, defaults: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...object };
  for (const [name, value] of Object.entries(defaults)) {
    const own = result[name];
    if (own === undefined) result[name] = value;
    else if (isJsonObject(own) && isJsonObject(value)) result[name] = completed(own, value);
  }
  return result;
}
