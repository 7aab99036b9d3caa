export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * JSON text in the one canonical form that digests are made over: keys sorted by UTF-16 code units, no
 * white space, numbers and strings as ECMAScript writes them.
 *
 * Rule: RFC 8785 (JSON Canonicalization Scheme). `undefined` members are left out, as `JSON.stringify` does.
 * @throws TypeError for what JSON cannot say (NaN, infinities, functions, bigint).
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`JSON has no number ${value}`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
    default:
      throw new TypeError(`JSON cannot hold a ${typeof value}`);
  }
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '[';
  for (const item of items) text += `${text === '[' ? '' : ','}${canonicalJson(item ?? null)}`;
  return `${text}]`;
}

function canonicalObject(value: object): string {
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record);
  let text = '{';
  for (const key of keys.length > 1 ? keys.sort() : keys) {
    const member = record[key];
    if (member === undefined) continue;
    text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** Whether two values are the same JSON, whatever the order of their keys. */
export function sameJson(left: unknown, right: unknown): boolean {
  return left === right || canonicalJson(left ?? null) === canonicalJson(right ?? null);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
