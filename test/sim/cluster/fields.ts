import type { JsonObject } from '../../../src/model/json.ts';
import { isJsonObject } from '../../../src/model/json.ts';

/**
 * A set of fields, as a tree of the steps that `managedFields` writes: `f:name`, `k:{…}`, `v:…`.
 * See https://github.com/kubernetes-sigs/structured-merge-diff, package `fieldpath`.
 */
export interface Fields {
  /** Whether the place itself is in the set, beside what is below it. */
  readonly self: boolean;
  readonly below: ReadonlyMap<string, Fields>;
}

export const noFields: Fields = { self: false, below: new Map() };
export const leaf: Fields = { self: true, below: new Map() };

export function isEmpty({ self, below }: Fields): boolean {
  return !self && below.size === 0;
}

/** A place with what is below it; what holds nothing falls away. */
export function place(self: boolean, below: Iterable<readonly [string, Fields]>): Fields {
  return { self, below: new Map([...below].filter(([, fields]) => !isEmpty(fields))) };
}

export function union(left: Fields, right: Fields): Fields {
  if (isEmpty(left)) return right;
  return isEmpty(right) ? left : combine(left, right, (one, other) => one || other);
}

export function intersection(left: Fields, right: Fields): Fields {
  if (isEmpty(left) || isEmpty(right)) return noFields;
  return combine(left, right, (one, other) => one && other);
}

/** What is in `left` and not in `right`. */
export function difference(left: Fields, right: Fields): Fields {
  if (isEmpty(left) || isEmpty(right)) return left;
  return combine(left, right, (one, other) => one && !other);
}

function combine(
  left: Fields,
  right: Fields,
  choose: (one: boolean, other: boolean) => boolean,
): Fields {
  const steps = new Set([...left.below.keys(), ...right.below.keys()]);
  return place(
    choose(left.self, right.self),
    [...steps].map((step) => [
      step,
      combine(left.below.get(step) ?? noFields, right.below.get(step) ?? noFields, choose),
    ]),
  );
}

/** What was encoded, to be found again by who reads what it has written. */
const encoded = new WeakMap<Fields, JsonObject>();
const decoded = new WeakMap<JsonObject, Fields>();

/** As `fieldsV1` has it. */
export function encode(fields: Fields): JsonObject {
  const found = encoded.get(fields);
  if (found !== undefined) return found;
  const value = encodeNow(fields);
  encoded.set(fields, value);
  return value;
}

function encodeNow(fields: Fields): JsonObject {
  const entries = [...fields.below].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    entries.map(([step, further]) => [
      step,
      further.below.size === 0 ? {} : { ...(further.self ? { '.': {} } : {}), ...encode(further) },
    ]),
  );
}

export function decode(value: JsonObject): Fields {
  const found = decoded.get(value);
  if (found !== undefined) return found;
  const fields = decodeNow(value);
  decoded.set(value, fields);
  return fields;
}

function decodeNow(value: JsonObject): Fields {
  const steps = Object.entries(value).filter(([step]) => step !== '.');
  return place(
    steps.length === 0 || Object.hasOwn(value, '.'),
    steps.map(([step, further]) => [step, decode(isJsonObject(further) ? further : {})]),
  );
}

/** The ways to all places that are in the set. */
export function paths(fields: Fields, before: readonly string[] = []): readonly string[][] {
  return [
    ...(fields.self ? [[...before]] : []),
    ...[...fields.below].flatMap(([step, further]) => paths(further, [...before, step])),
  ];
}

/** As people and the server's messages write it: `.spec.containers[name="web"].image`. */
export function showPath(path: readonly string[]): string {
  return path
    .map((step) => {
      const rest = step.slice(2);
      if (step.startsWith('f:')) return `.${rest}`;
      if (step.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
