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
