import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';

/** The parts of a JSON pointer (RFC 6901). */
export function parsePointer(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What is there; `undefined`: nothing. */
export function at(value: Json | undefined, parts: readonly string[]): Json | undefined {
  let found = value;
  for (const part of parts) {
    if (Array.isArray(found)) found = (found as readonly Json[])[Number(part)];
    else if (isJsonObject(found) && Object.hasOwn(found, part)) found = found[part];
    else return undefined;
  }
  return found;
}

/** A copy with `to` at that place, or without it for `undefined`. Where there is no such place it stays as it is. */
export function withAt(
  object: JsonObject,
  parts: readonly string[],
  to: Json | undefined,
): JsonObject {
  const [first, ...rest] = parts;
  if (first === undefined) return object;
  const below = Object.hasOwn(object, first) ? object[first] : undefined;
  if (rest.length === 0) {
    const { [first]: _former, ...others } = object;
    return to === undefined ? others : { ...object, [first]: to };
  }
  if (Array.isArray(below)) {
    const changed = withAt(Object.fromEntries((below as readonly Json[]).entries()), rest, to);
    return { ...object, [first]: Object.values(changed) };
  }
  if (below !== undefined && !isJsonObject(below)) return object;
  if (below === undefined && to === undefined) return object;
  return { ...object, [first]: withAt(below ?? {}, rest, to) };
}

/** A copy without what is at that place; items of a list that come after it move up. */
export function takeAt(object: JsonObject, parts: readonly string[]): JsonObject {
  return withAt(object, parts, undefined);
}

/** The opposite of `takeAt`: items of a list that are at that place or after it move down. */
export function putAt(object: JsonObject, parts: readonly string[], value: Json): JsonObject {
  const last = Number(parts.at(-1));
  const above = parts.slice(0, -1);
  const list = at(object, above);
  return Array.isArray(list)
    ? withAt(object, above, (list as readonly Json[]).toSpliced(last, 0, value))
    : withAt(object, parts, value);
}
