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
      return quoted(value);
    case 'boolean':
      return value ? 'true' : 'false';
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
  const keys = sortInPlace(Object.keys(record));
  let text = '{';
  for (const key of keys) {
    const member = record[key];
    if (member === undefined) continue;
    text += `${text === '{' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** Printable ASCII without what JSON escapes. */
const plain = /^[ !#-[\]-~]*$/;
/** From here on, looking for what has to be escaped takes longer than `JSON.stringify` does. */
const longText = 64;

/** As `JSON.stringify`, which takes several times as long for the short names and words that most of all text is. */
function quoted(text: string): string {
  return text.length < longText && plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** By UTF-16 code units. Objects have few keys, for which moving them one by one is quicker than a sort that copies. */
function sortInPlace(keys: string[]): readonly string[] {
  if (keys.length > 32) return keys.sort();
  for (let at = 1; at < keys.length; at += 1) {
    const key = keys[at] ?? '';
    let to = at;
    for (let before = keys[to - 1]; before !== undefined && before > key; before = keys[to - 1]) {
      keys[to] = before;
      to -= 1;
    }
    keys[to] = key;
  }
  return keys;
}

/**
 * Whether two values are the same JSON, whatever the order of their keys. `undefined` counts as `canonicalJson` has it:
 * a member that is `undefined` is none, elsewhere it is `null`.
 */
export function sameJson(left: unknown, right: unknown): boolean {
  const [one, other] = [left ?? null, right ?? null];
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  if (one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return false;
  return Array.isArray(one)
    ? sameItems(one, other as readonly unknown[])
    : sameMembers(one as Members, other as Members);
}

type Members = Readonly<Record<string, unknown>>;

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, at) => sameJson(item, right[at]));
}

function sameMembers(left: Members, right: Members): boolean {
  let count = 0;
  for (const key of Object.keys(left)) {
    const member = left[key];
    if (member === undefined) continue;
    count += 1;
    if (!Object.hasOwn(right, key) || right[key] === undefined) return false;
    if (!sameJson(member, right[key])) return false;
  }
  return Object.keys(right).every((key) => right[key] === undefined || count-- > 0);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
