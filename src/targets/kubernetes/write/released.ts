import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { KubeObject } from '../client/object.ts';
import { below, covers, follow, indexOf, ownSet, parseStep, stepsOf } from '../object/fields-v1.ts';
import type { FieldPath, FieldSet } from '../object/fields-v1.ts';
import { at, parsePointer, putAt, takeAt } from '../object/pointer.ts';

/** Fields that are made as the source says and then belong to others: JSON pointer into the wish → first value. */
type Released = Readonly<Record<string, Json>>;

/** Takes fields out of an object, wherever they are in it. Gives what is left, and what was taken. */
export function takeOut(
  whole: JsonObject,
  pointers: readonly string[],
): { readonly kept: JsonObject; readonly released: JsonObject } {
  const found = inOrder(pointers).filter((parts) => at(whole, parts) !== undefined);
  const released = found.map((parts) => [toPointer(parts), at(whole, parts) as Json] as const);
  return { kept: found.reduceRight(takeAt, whole), released: Object.fromEntries(released) };
}

/**
 * Puts into a body what has to be sent of released fields: their first values where nothing is there; else what is live, of
 * those that we still own, because what is left out of an apply and owned by nobody else is removed. Items of lists are
 * found in the live object by their keys.
 */
export function withReleased(
  body: JsonObject,
  released: Released,
  live: KubeObject | null,
): JsonObject {
  const fields = inOrder(Object.keys(released));
  const whole = fields.reduce(
    (object, parts) => putAt(object, parts, released[toPointer(parts)] as Json),
    body,
  );
  if (live === null) return whole;
  return fields.reduceRight((object, parts) => {
    const place = placeOf(whole, live, parts);
    switch (place.kind) {
      case 'not-there':
        return object;
      case 'theirs':
        return takeAt(object, parts);
      case 'ours':
        return place.value === undefined
          ? takeAt(object, parts)
          : putAt(takeAt(object, parts), parts, place.value);
    }
  }, whole);
}

/** A body without the fields that these managers hold. What names an item of a list stays. */
export function withoutHeldBy(
  body: JsonObject,
  live: KubeObject,
  managers: readonly string[],
): JsonObject {
  let kept: Json = body;
  for (const { manager, fieldsV1 } of live.metadata.managedFields ?? []) {
    if (!managers.includes(manager) || fieldsV1 === undefined) continue;
    for (const path of fieldsOf(fieldsV1)) kept = withoutField(kept, path);
  }
  return isJsonObject(kept) ? kept : body;
}

type Place =
  /** The item of a list that it belongs to is not in the live object: it is made as if for the first time. */
  | { readonly kind: 'not-there' }
  | { readonly kind: 'theirs' }
  | { readonly kind: 'ours'; readonly value: Json | undefined };

function placeOf(whole: JsonObject, live: KubeObject, parts: readonly string[]): Place {
  let wish: Json | undefined = whole;
  let there: Json | undefined = live;
  let sets: readonly FieldSet[] = (live.metadata.managedFields ?? []).flatMap<FieldSet>(
    ({ fieldsV1 }) => fieldsV1 ?? [],
  );
  const path: string[] = [];
  for (const [depth, part] of parts.entries()) {
    const step: string | null = Array.isArray(wish)
      ? stepTo((wish as readonly Json[])[Number(part)] ?? null, sets)
      : `f:${part}`;
    if (step === 'whole') {
      // Whoever writes one item writes all of the list.
      const isThere = Array.isArray(there) && Number(part) < there.length;
      return isThere
        ? { kind: 'ours', value: at(there, parts.slice(depth)) }
        : { kind: 'not-there' };
    }
    if (step === null || isKey(path.at(-1), part)) return { kind: 'not-there' };
    wish = at(wish, [part]);
    there = follow(there, parseStep(step));
    if (there === undefined && parseStep(step).kind !== 'member') return { kind: 'not-there' };
    sets = sets.flatMap<FieldSet>((set) => below(set, step) ?? []);
    path.push(step);
  }
  return covers(ownSet(live), path) ? { kind: 'ours', value: there } : { kind: 'theirs' };
}

/** The step to an item of a list; `null`: it is not there; `whole`: the list has no keys, and is written as one. */
function stepTo(item: Json, sets: readonly FieldSet[]): string | null {
  const steps = sets.flatMap(stepsOf).filter((step) => /^[kv]:/.test(step));
  if (steps.length === 0) return 'whole';
  const fits = (lenient: boolean) =>
    steps.find((text) => {
      const step = parseStep(text);
      return step.kind !== 'member' && indexOf([item], step, lenient) === 0;
    });
  return fits(false) ?? fits(true) ?? null;
}

/** Whether a member is one of the keys that the item which a step leads to is found by. */
function isKey(step: string | undefined, member: string): boolean {
  const parsed = step === undefined ? null : parseStep(step);
  return parsed?.kind === 'keyed' && Object.hasOwn(parsed.keys, member);
}

/** The ways to the members that a set holds; those that name an item left out. */
function fieldsOf(set: FieldSet, prefix: FieldPath = []): readonly FieldPath[] {
  return stepsOf(set).flatMap((step) => {
    const path = [...prefix, step];
    const inner = below(set, step) ?? {};
    if (stepsOf(inner).length > 0) return fieldsOf(inner, path);
    return step.startsWith('f:') && !isKey(prefix.at(-1), step.slice(2)) ? [path] : [];
  });
}

function withoutField(value: Json, path: FieldPath): Json {
  const [text, ...rest] = path;
  if (text === undefined) return value;
  const step = parseStep(text);
  if (step.kind === 'member') {
    if (!isJsonObject(value) || !Object.hasOwn(value, step.name)) return value;
    const { [step.name]: member, ...others } = value;
    if (rest.length === 0) return others;
    return { ...value, [step.name]: withoutField(member as Json, rest) };
  }
  if (!Array.isArray(value)) return value;
  const items = value as readonly Json[];
  const index = indexOf(items, step, true);
  return index < 0 ? value : items.with(index, withoutField(items[index] as Json, rest));
}

/** Each pointer once, in the order of what it leads to: an object before its members, items by their number. */
function inOrder(pointers: readonly string[]): readonly (readonly string[])[] {
  return [...new Set(pointers)].map(parsePointer).toSorted((left, right) => {
    for (const [depth, part] of left.entries()) {
      const other = right[depth];
      if (other === undefined) return 1;
      if (part === other) continue;
      const byNumber = Number(part) - Number(other);
      return Number.isNaN(byNumber) || byNumber === 0 ? (part < other ? -1 : 1) : byNumber;
    }
    return left.length - right.length;
  });
}

function toPointer(parts: readonly string[]): string {
  return parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
