import { isJsonObject } from '../../model/json.ts';
import type { Json, JsonObject } from '../../model/json.ts';

/**
 * Reading an object of which nothing is known but that it is JSON: what is not there, or is of another type than asked
 * for, is read as nothing. Rules built on these never throw.
 */

/** The value at the end of a way of names; `undefined` where the way ends early. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value;
  for (const part of path) {
    if (!isJsonObject(found) || !Object.hasOwn(found, part)) return undefined;
    found = found[part];
  }
  return found;
}

/** Text, or empty. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** A finite number, or `null`. */
export function numberAt(value: Json | undefined, ...path: readonly string[]): number | null {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** A number that controllers leave out when it is 0. */
export function countAt(value: Json | undefined, ...path: readonly string[]): number {
  return numberAt(value, ...path) ?? 0;
}

/** Whether `true` stands there. */
export function flagAt(value: Json | undefined, ...path: readonly string[]): boolean {
  return at(value, ...path) === true;
}

/** The objects of a list; other items are left out. */
export function objectsAt(
  value: Json | undefined,
  ...path: readonly string[]
): readonly JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly Json[]).filter(isJsonObject) : [];
}

/** The texts of a list; other items are left out. */
export function textsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  const found = at(value, ...path);
  if (!Array.isArray(found)) return [];
  return (found as readonly Json[]).filter((item) => typeof item === 'string');
}

/** The members of a map that are objects, by name. */
export function membersAt(
  value: Json | undefined,
  ...path: readonly string[]
): readonly (readonly [string, JsonObject])[] {
  const found = at(value, ...path);
  if (!isJsonObject(found)) return [];
  return Object.entries(found).filter((entry): entry is [string, JsonObject] =>
    isJsonObject(entry[1]),
  );
}

/** `apiVersion` without its version; empty for the core group. */
export function groupOf(object: JsonObject): string {
  const version = textAt(object, 'apiVersion');
  const slash = version.indexOf('/');
  return slash < 0 ? '' : version.slice(0, slash);
}

/** `metadata.name`, or words for an object that has none. */
export function nameOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'name') || 'one without a name';
}

/** An annotation; empty where it is not there. */
export function annotationOf(object: JsonObject, name: string): string {
  return textAt(object, 'metadata', 'annotations', name);
}
