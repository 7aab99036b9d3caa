import { isJsonObject } from '../../../model/json.ts';
import type { Json, JsonObject } from '../../../model/json.ts';

/** Reading what somebody else wrote: what is not there, or is of another type than asked for, is read as nothing. */

const nothing: JsonObject = {};

/** The object at the end of a way of names; an empty one where the way ends early. */
export function branch(value: Json | undefined, ...names: readonly string[]): JsonObject {
  let at = value;
  for (const name of names) at = isJsonObject(at) ? at[name] : undefined;
  return isJsonObject(at) ? at : nothing;
}

/** A text; empty for what is none. */
export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The objects of a list. */
export function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}
