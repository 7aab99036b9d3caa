import type { Json } from '../../model/json.ts';

/** A field that is text; what is none, or not there, as an empty string. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
