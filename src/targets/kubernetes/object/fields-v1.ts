import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject, sameJson } from '../../../model/json.ts';
import type { KubeObject } from '../client/object.ts';
import { fieldManager } from '../names.ts';

/**
 * A set of fields as `managedFields` holds it: `f:name` for a member, `k:{…}` for an item of a list by its keys, `v:…`
 * for one of a set by its value, `i:0` for one by its place, `.` for the thing itself; what holds nothing more is meant as
 * a whole. See https://github.com/kubernetes-sigs/structured-merge-diff.
 */
export type FieldSet = JsonObject;

/** Where a field is: the steps of a `FieldSet` on the way to it. */
export type FieldPath = readonly string[];

const empty: FieldSet = {};

/** What we own of an object by server-side apply. */
export function ownSet(object: KubeObject): FieldSet {
  const own = object.metadata.managedFields?.find(
    (entry) =>
      entry.manager === fieldManager &&
      entry.operation === 'Apply' &&
      (entry.subresource ?? '') === '',
  );
  return own?.fieldsV1 ?? empty;
}

/** The steps below a place; the place itself left out. */
export function stepsOf(set: FieldSet): readonly string[] {
  return Object.keys(set).filter((step) => step !== '.');
}

/** What is below one step; `undefined`: nothing of it is in the set. */
export function below(set: FieldSet, step: string): FieldSet | undefined {
  const found = Object.hasOwn(set, step) ? set[step] : undefined;
  return isJsonObject(found) ? found : undefined;
}

/** What a step leads to. */
type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'keyed'; readonly keys: JsonObject }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'place'; readonly at: number };

/**
 * Reads a step of `fieldsV1`: `f:name` a member, `k:{…}` the item with these keys, `v:…` the item that is this, `i:n`
 * the nth item.
 */
export function parseStep(step: string): Step {
  const rest = step.slice(2);
  switch (step.slice(0, 2)) {
    case 'k:':
      return { kind: 'keyed', keys: JSON.parse(rest) as JsonObject };
    case 'v:':
      return { kind: 'value', value: JSON.parse(rest) as Json };
    case 'i:':
      return { kind: 'place', at: Number(rest) };
    default:
      return { kind: 'member', name: rest };
  }
}

/** Follows a step; `undefined`: nothing is there. */
export function follow(value: Json | undefined, step: Step): Json | undefined {
  if (step.kind === 'member')
    return isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
  return Array.isArray(value) ? (value as readonly Json[])[indexOf(value, step)] : undefined;
}

/** Where in a list a step leads; -1: nowhere. A key that an item leaves to its default counts as equal when `lenient`. */
export function indexOf(
  items: readonly Json[],
  step: Exclude<Step, { kind: 'member' }>,
  lenient = false,
): number {
  switch (step.kind) {
    case 'place':
      return step.at < items.length ? step.at : -1;
    case 'value':
      return items.findIndex((item) => sameJson(item, step.value));
    case 'keyed':
      return items.findIndex(
        (item) =>
          isJsonObject(item) &&
          Object.entries(step.keys).every(
            ([name, key]) =>
              sameJson(item[name], key) || (lenient && item[name] === undefined && name !== 'name'),
          ),
      );
  }
}

/** The part of a value that is in the set; items of lists in the order of the value. */
export function project(value: Json | undefined, set: FieldSet): Json | undefined {
  const steps = stepsOf(set);
  if (value === undefined || steps.length === 0) return value;
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const chosen = new Map<number, Json>();
    for (const text of steps) {
      const step = parseStep(text);
      if (step.kind === 'member') continue;
      const at = indexOf(items, step);
      const item = project(items[at], below(set, text) ?? empty);
      if (item !== undefined) chosen.set(at, item);
    }
    return [...chosen].toSorted(([left], [right]) => left - right).map(([, item]) => item);
  }
  if (!isJsonObject(value)) return value;
  const members: [string, Json][] = [];
  for (const text of steps) {
    const step = parseStep(text);
    if (step.kind !== 'member') continue;
    const member = project(follow(value, step), below(set, text) ?? empty);
    if (member !== undefined) members.push([step.name, member]);
  }
  return Object.fromEntries(members);
}

/** Whether a set has the field, or something in it, or the whole that it is part of. */
export function covers(set: FieldSet, path: FieldPath): boolean {
  let at = set;
  for (const step of path) {
    if (stepsOf(at).length === 0 && at !== set) return true;
    const next = below(at, step);
    if (next === undefined) return false;
    at = next;
  }
  return true;
}

/** Who else keeps a field, by name; `null`: nobody. */
export function holderOf(object: KubeObject, path: FieldPath): string | null {
  const holder = object.metadata.managedFields?.find(
    ({ manager, fieldsV1 }) =>
      manager !== fieldManager && fieldsV1 !== undefined && covers(fieldsV1, path),
  );
  return holder?.manager ?? null;
}

/** Whether a wish has the field; keys that its items leave to their default count as equal. */
export function hasField(wish: JsonObject, path: FieldPath): boolean {
  let value: Json | undefined = wish;
  for (const text of path) {
    const step = parseStep(text);
    if (step.kind === 'member') value = follow(value, step);
    else if (Array.isArray(value)) {
      const items: readonly Json[] = value;
      value = items[indexOf(items, step, true)];
    } else return false;
    if (value === undefined) return false;
  }
  return true;
}
