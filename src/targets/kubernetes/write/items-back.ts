import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject, sameJson } from '../../../model/json.ts';
import type { KubeObject } from '../client/object.ts';
import { below, indexOf, parseStep, stepsOf } from '../object/fields-v1.ts';
import type { FieldSet } from '../object/fields-v1.ts';

/** Who is recorded as the writer of items that are put back, until they are applied. */
export const restoringManager = 'fairlead-restore';

/**
 * Somebody changed what an item of a list is known by: the port of a Service, the name of a container. To the server that
 * is an item of theirs where one of ours was, and an apply would make both be there, which it often refuses. This is the
 * merge patch that puts ours back and takes theirs away.
 *
 * @param body What would be applied.
 * @param owned What was applied last: items that it has not are new, and may not push aside anybody's.
 * @returns `null` where that is not what happened.
 */
export function itemsBack(
  body: JsonObject,
  live: KubeObject,
  owned: JsonObject | null,
): JsonObject | null {
  if (owned === null) return null;
  const sets = (live.metadata.managedFields ?? []).flatMap<FieldSet>(
    ({ fieldsV1 }) => fieldsV1 ?? [],
  );
  const before: JsonObject = live;
  const after = restored({ wish: body, there: before, owned, sets });
  if (after === before || !isJsonObject(after)) return null;
  const { uid, resourceVersion } = live.metadata;
  return { ...mergePatch(before, after), metadata: { uid, resourceVersion } };
}

interface Place {
  readonly wish: Json | undefined;
  readonly there: Json;
  readonly owned: Json | undefined;
  /** What of it each manager holds. */
  readonly sets: readonly FieldSet[];
}

/** What is there, with lists put right; itself where nothing is to be put right. */
function restored({ wish, there, owned, sets }: Place): Json {
  if (isJsonObject(wish) && isJsonObject(there)) {
    const changed = Object.entries(there).flatMap(([name, member]): [string, Json][] => {
      const step = `f:${name}`;
      const after = restored({
        wish: wish[name],
        there: member,
        owned: isJsonObject(owned) ? owned[name] : undefined,
        sets: sets.flatMap<FieldSet>((set) => below(set, step) ?? []),
      });
      return after === member ? [] : [[name, after]];
    });
    return changed.length === 0 ? there : { ...there, ...Object.fromEntries(changed) };
  }
  if (!Array.isArray(wish) || !Array.isArray(there)) return there;
  return restoredItems(wish, there, Array.isArray(owned) ? owned : [], sets);
}

function restoredItems(
  wish: readonly Json[],
  there: readonly Json[],
  owned: readonly Json[],
  sets: readonly FieldSet[],
): Json {
  const steps = sets.flatMap(stepsOf).filter((step) => step.startsWith('k:'));
  const keys = new Set(
    steps.flatMap((text) => {
      const step = parseStep(text);
      return step.kind === 'keyed' ? Object.keys(step.keys) : [];
    }),
  );
  // Without keys the list is written as a whole, theirs included.
  if (keys.size === 0) return there;
  const isOf = (items: readonly Json[]) => (item: Json) =>
    items.some((other) => isSameItem(keys, item, other));
  const lost = wish.filter((item) => !isOf(there)(item) && isOf(owned)(item));
  const kept = there.filter(isOf(wish));
  if (lost.length > 0 && kept.length < there.length) return [...kept, ...lost];
  const items = there.map((item) => {
    const step = steps.find((text) => {
      const parsed = parseStep(text);
      return parsed.kind === 'keyed' && indexOf([item], parsed, true) === 0;
    });
    return restored({
      wish: wish.find((other) => isSameItem(keys, item, other)),
      there: item,
      owned: owned.find((other) => isSameItem(keys, item, other)),
      sets: step === undefined ? [] : sets.flatMap<FieldSet>((set) => below(set, step) ?? []),
    });
  });
  return items.every((item, at) => item === there[at]) ? there : items;
}

/** By their keys; one that is left to its default counts as equal. */
function isSameItem(keys: ReadonlySet<string>, left: Json, right: Json): boolean {
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  return [...keys].every((name) => {
    const isLeftOut = left[name] === undefined || right[name] === undefined;
    return sameJson(left[name], right[name]) || (isLeftOut && name !== 'name');
  });
}

/** Lists as a whole, of objects the members that differ. */
function mergePatch(before: JsonObject, after: JsonObject): JsonObject {
  const changed = Object.entries(after).flatMap(([name, value]): [string, Json][] => {
    const former = before[name];
    if (former === value) return [];
    const isDeeper = isJsonObject(former) && isJsonObject(value);
    return [[name, isDeeper ? mergePatch(former, value) : value]];
  });
  return Object.fromEntries(changed);
}
