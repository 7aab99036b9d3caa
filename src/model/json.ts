/** A value that JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
/** An object of JSON values. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * JSON text in the one canonical form that digests are made over: keys sorted by UTF-16 code units, no
 * white space, numbers and strings as ECMAScript writes them.
 *
 * Rule: RFC 8785 (JSON Canonicalization Scheme). `undefined` members are left out, as `JSON.stringify` does.
 * @throws TypeError for what JSON cannot say (NaN, infinities, functions, bigint).
 */
export function canonicalJson(value: unknown): string {
  // Most of what is asked for is sorted already, and what the language writes itself costs a third.
  const sorted = inOrder(value);
  return sorted === unusual ? writeInOrder(value) : JSON.stringify(sorted);
}

/** Stands for a value whose members the language would not write in the order in which they were put. */
const unusual = Symbol('unusual');

/** The value with the keys of its objects sorted: itself where they are. @throws TypeError as `canonicalJson` does */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object') {
    refuseUnsayable(value);
    return value;
  }
  if (value === null) return value;
  if ('toJSON' in value) return unusual;
  return Array.isArray(value) ? itemsInOrder(value) : membersInOrder(value);
}

function itemsInOrder(items: readonly unknown[]): unknown {
  let copy: unknown[] | null = null;
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at] ?? null;
    const sorted = inOrder(item);
    if (sorted === unusual) return unusual;
    if (sorted === item) continue;
    copy ??= [...items];
    copy[at] = sorted;
  }
  return copy ?? items;
}

function membersInOrder(value: object): unknown {
  const record = value as Members;
  const keys = Object.keys(record);
  let isSorted = true;
  let before = '';
  let moved: Map<string, unknown> | null = null;
  for (const key of keys) {
    // Such members an object has first and by number, wherever they are put, or not at all.
    if (isDigit(key) || key === '__proto__') return unusual;
    if (before > key) isSorted = false;
    before = key;
    const member = record[key];
    if (member === undefined) continue;
    const sorted = inOrder(member);
    if (sorted === unusual) return unusual;
    if (sorted !== member) (moved ??= new Map()).set(key, sorted);
  }
  if (isSorted && moved === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of isSorted ? keys : sortInPlace(keys)) copy[key] = moved?.get(key) ?? record[key];
  return copy;
}

function isDigit(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 48 && code <= 57;
}

function refuseUnsayable(value: unknown): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`JSON has no number ${value}`);
      return;
    default:
      throw new TypeError(`JSON cannot hold a ${typeof value}`);
  }
}

/** The same text, put together piece by piece. */
function writeInOrder(value: unknown): string {
  if (typeof value !== 'object') {
    refuseUnsayable(value);
    return JSON.stringify(value);
  }
  if (value === null) return 'null';
  return Array.isArray(value) ? writeItems(value) : writeMembers(value);
}

function writeItems(items: readonly unknown[]): string {
  let text = '[';
  for (const item of items) text += `${text === '[' ? '' : ','}${writeInOrder(item ?? null)}`;
  return `${text}]`;
}

function writeMembers(value: object): string {
  const record = value as Members;
  const keys = sortInPlace(Object.keys(record));
  let text = '{';
  for (const key of keys) {
    const member = record[key];
    if (member === undefined) continue;
    text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${writeInOrder(member)}`;
  }
  return `${text}}`;
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

/** Whether it is an object, neither a list nor `null`. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
