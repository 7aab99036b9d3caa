import { createTwoFilesPatch } from 'diff';
import { isJsonObject, sameJson } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isSealed } from '../model/sealed.ts';
import type { FieldDiff } from '../model/plan.ts';

/** Readable text by field path, of one side. */
type Texts = Readonly<Record<string, string>>;

/** Beyond this many lines a text difference would cost more time to make than to read. */
const maxTextLines = 2_000;

/**
 * The fields in which live differs from what is wanted. Only owned fields count: those in `desired`, and those
 * that we applied last (`applied`) and that are no longer wanted. Fields of others are left alone.
 *
 * Objects are compared member by member, lists of objects item by item (`ports[0]`, where all have a name
 * `containers[name=web]`), other lists and sealed values as a whole. What a list holds is all ours.
 */
export function diffFields(
  desired: JsonObject,
  live: JsonObject,
  applied: JsonObject | null,
  texts: { readonly desired: Texts; readonly live: Texts } = { desired: {}, live: {} },
): readonly FieldDiff[] {
  const found: FieldDiff[] = [];
  walk('', desired, live, applied, found);
  return found.map((diff) => withText(diff, texts));
}

function walk(
  prefix: string,
  desired: JsonObject,
  live: JsonObject,
  applied: JsonObject | null,
  found: FieldDiff[],
): void {
  const names = new Set([...Object.keys(desired), ...Object.keys(applied ?? {})]);
  for (const name of [...names].toSorted()) {
    const path = memberPath(prefix, name);
    const wanted = member(desired, name);
    const there = member(live, name);
    const before = member(applied ?? {}, name);
    compare(path, wanted, there, before, found);
  }
}

function compare(
  path: string,
  wanted: Json | undefined,
  there: Json | undefined,
  before: Json | undefined,
  found: FieldDiff[],
): void {
  if (wanted === there) return;
  const items = pairItems(wanted, there);
  if (items !== null) {
    for (const [key, item] of items)
      compare(`${path}[${key}]`, item.wanted, item.there, item.there, found);
  } else if (isBranch(wanted) && isBranch(there)) {
    walk(path, wanted, there, isBranch(before) ? before : null, found);
  } else if (wanted === undefined) {
    // Ours once, unwanted now: to be taken away if it is still there.
    if (there !== undefined) found.push({ path, from: there });
  } else if (there === undefined) {
    found.push({ path, to: wanted });
  } else if (!sameJson(wanted, there)) {
    found.push({ path, from: there, to: wanted });
  }
}

/** Path of a member; a name with dots or slashes stands in brackets, so that its parts are not taken for members. */
export function memberPath(prefix: string, name: string): string {
  if (/[./[\]]/.test(name)) return `${prefix}["${name}"]`;
  return prefix === '' ? name : `${prefix}.${name}`;
}

type Pair = { readonly wanted: Json | undefined; readonly there: Json | undefined };

/**
 * The items of two lists of objects, each with its counterpart: by name where all have one and those in both are in the
 * same order, else by place where there are as many. `null`: only the lists as a whole can be compared.
 */
function pairItems(
  wanted: Json | undefined,
  there: Json | undefined,
): ReadonlyMap<string, Pair> | null {
  if (!isObjectList(wanted) || !isObjectList(there)) return null;
  const [left, right] = [byName(wanted), byName(there)];
  if (left !== null && right !== null) {
    const common = [...left.keys()].filter((name) => right.has(name));
    const inOrder = [...right.keys()].filter((name) => left.has(name));
    if (common.some((name, at) => name !== inOrder[at])) return null;
    const names = new Set([...left.keys(), ...right.keys()]);
    return new Map(
      [...names].map((name) => [
        `name=${name}`,
        { wanted: left.get(name), there: right.get(name) },
      ]),
    );
  }
  if (wanted.length !== there.length) return null;
  return new Map(wanted.map((item, at) => [String(at), { wanted: item, there: there[at] }]));
}

function isObjectList(value: Json | undefined): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every(isBranch);
}

function byName(items: readonly JsonObject[]): ReadonlyMap<string, JsonObject> | null {
  const named = new Map<string, JsonObject>();
  for (const item of items) {
    const name = member(item, 'name');
    if (typeof name !== 'string' || named.has(name)) return null;
    named.set(name, item);
  }
  return named;
}

/** The member that the object itself has: `constructor` and its like are names as good as any. */
function member<T>(object: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isBranch(value: Json | undefined): value is JsonObject {
  return isJsonObject(value) && !isSealed(value);
}

function withText(
  diff: FieldDiff,
  texts: { readonly desired: Texts; readonly live: Texts },
): FieldDiff {
  const from = member(texts.live, diff.path);
  const to = member(texts.desired, diff.path);
  if (from === undefined || to === undefined) return diff;
  const text = unifiedDiff(from, to);
  return text === null ? diff : { ...diff, text };
}

/** A unified difference without file headers; `null` where the texts are too long to show. */
function unifiedDiff(from: string, to: string): string | null {
  if (countLines(from) > maxTextLines || countLines(to) > maxTextLines) return null;
  const patch = createTwoFilesPatch('live', 'desired', from, to, '', '', { context: 3 });
  const start = patch.indexOf('@@');
  return start < 0 ? null : patch.slice(start);
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
