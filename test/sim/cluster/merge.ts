import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject, sameJson } from '../../../src/model/json.ts';
import { leaf, noFields, place, union } from './fields.ts';
import type { Fields } from './fields.ts';
import { memberSchema, resolve, stepTo } from './schema.ts';
import type { Schema } from './schema.ts';

/** What structured merging does with values: lay one over the other, tell what they set, how they differ. */

type Value = Json | undefined;

/** All that a value sets. */
export function fieldsOf(schema: Schema, value: Json): Fields {
  const how = resolve(schema, value);
  if (how.kind === 'map' && isJsonObject(value)) {
    return place(
      false,
      Object.entries(value).map(([name, member]) => {
        const below = fieldsOf(memberSchema(how, name), member);
        const isNamed = Object.hasOwn(how.fields, name) || how.of === null;
        const isHollow = isJsonObject(member) && Object.keys(member).length === 0;
        return [`f:${name}`, isNamed && !isHollow ? below : union(below, leaf)];
      }),
    );
  }
  if ((how.kind === 'list' || how.kind === 'set') && Array.isArray(value)) {
    const items = value as readonly Json[];
    return place(
      false,
      items.map((item) => {
        const below = how.kind === 'list' ? fieldsOf(how.item, item) : noFields;
        return [stepTo(how, item), union(below, leaf)];
      }),
    );
  }
  return leaf;
}

/** `right` laid over `left`. */
export function merge(schema: Schema, left: Value, right: Value): Value {
  if (right === undefined) return left;
  if (left === undefined) return right;
  const how = resolve(schema, right);
  if (how.kind === 'map' && isJsonObject(left) && isJsonObject(right)) {
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    const members = [...names].flatMap((name): [string, Json][] => {
      const merged = merge(memberSchema(how, name), left[name], right[name]);
      return merged === undefined ? [] : [[name, merged]];
    });
    return Object.fromEntries(members);
  }
  if ((how.kind === 'list' || how.kind === 'set') && Array.isArray(left) && Array.isArray(right))
    return mergeItems(how, left as readonly Json[], right as readonly Json[]);
  return right;
}

function mergeItems(
  how: Schema & { readonly kind: 'list' | 'set' },
  left: readonly Json[],
  right: readonly Json[],
): Json {
  const over = new Map(right.map((item) => [stepTo(how, item), item]));
  const known = new Set(left.map((item) => stepTo(how, item)));
  const kept = left.map((item) => {
    const other = over.get(stepTo(how, item));
    if (other === undefined || how.kind === 'set') return item;
    return merge(how.item, item, other) ?? item;
  });
  return [...kept, ...right.filter((item) => !known.has(stepTo(how, item)))];
}

interface Comparison {
  readonly added: Fields;
  readonly modified: Fields;
  readonly removed: Fields;
}

const same: Comparison = { added: noFields, modified: noFields, removed: noFields };

/** How `after` differs from `before`. */
export function compare(schema: Schema, before: Value, after: Value): Comparison {
  if (sameJson(before, after)) return same;
  if (before === undefined && after !== undefined) return { ...same, added: allOf(schema, after) };
  if (after === undefined && before !== undefined)
    return { ...same, removed: allOf(schema, before) };
  const how = resolve(schema, after);
  const members = new Map<string, Comparison>();
  if (how.kind === 'map' && isJsonObject(before) && isJsonObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      members.set(`f:${name}`, compare(memberSchema(how, name), before[name], after[name]));
  } else if (
    (how.kind === 'list' || how.kind === 'set') &&
    Array.isArray(before) &&
    Array.isArray(after)
  ) {
    const [one, other] = [before, after].map(
      (items) => new Map((items as readonly Json[]).map((item) => [stepTo(how, item), item])),
    );
    const item = how.kind === 'list' ? how.item : ({ kind: 'scalar' } as const);
    for (const step of new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]))
      members.set(step, compare(item, one?.get(step), other?.get(step)));
  } else return { ...same, modified: leaf };
  const part = (which: keyof Comparison): Fields =>
    place(
      false,
      [...members].map(([step, found]) => [step, found[which]]),
    );
  return { added: part('added'), modified: part('modified'), removed: part('removed') };
}

/** All of a value, and the place where it is. */
function allOf(schema: Schema, value: Json): Fields {
  const fields = fieldsOf(schema, value);
  return fields.below.size === 0 ? leaf : union(fields, leaf);
}

/** A value without the places of a set. */
export function without(schema: Schema, value: Json, fields: Fields): Json {
  if (fields.below.size === 0) return value;
  const how = resolve(schema, value);
  if (how.kind === 'map' && isJsonObject(value)) {
    const kept: Record<string, Json> = {};
    for (const [name, member] of Object.entries(value)) {
      const further = fields.below.get(`f:${name}`);
      if (further === undefined) kept[name] = member;
      else if (!further.self) kept[name] = without(memberSchema(how, name), member, further);
    }
    return kept;
  }
  if ((how.kind === 'list' || how.kind === 'set') && Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item) => {
      const further = fields.below.get(stepTo(how, item));
      if (further === undefined) return [item];
      if (further.self || how.kind === 'set') return [];
      return [without(how.item, item, further)];
    });
  }
  return value;
}

/** The set with every container whose parts it has: what goes with its last part. */
export function withContainers(fields: Fields): Fields {
  return {
    self: true,
    below: new Map([...fields.below].map(([step, further]) => [step, withContainers(further)])),
  };
}

/** A JSON merge patch. See RFC 7386. */
export function mergePatch(value: Value, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, Json> = isJsonObject(value) ? { ...value } : {};
  for (const [name, member] of Object.entries(patch)) {
    if (member === null) delete result[name];
    else result[name] = mergePatch(result[name], member);
  }
  return result satisfies JsonObject;
}
