import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject, sameJson } from '../../../model/json.ts';
import { memberPath } from '../../../plan/field-diff.ts';
import { below, follow, indexOf, parseStep, stepsOf } from './fields-v1.ts';
import type { FieldPath, FieldSet } from './fields-v1.ts';

/** A field in which the server's form of the wish and the live object differ. */
export interface Difference {
  readonly path: FieldPath;
  /** As people write it, in the shape of the wish: `spec.template.spec.containers[name=web].image`. */
  readonly words: string;
}

interface Compared {
  /** The wish with what is live in the places that differ. */
  readonly fields: JsonObject;
  readonly differences: readonly Difference[];
}

interface ComparedObjects {
  /** The wish as it is written. */
  readonly wish: JsonObject;
  /** What the server would make of it, and what we would own of that. */
  readonly applied: JsonObject;
  readonly appliedSet: FieldSet;
  readonly live: JsonObject;
  /** What we own of the live object. */
  readonly liveSet: FieldSet;
}

/**
 * Compares a live object with what the server would make of the wish, which is why `1000m` and `1` are the same here. The
 * answer is in the shape of the wish: equal fields as the wish has them, others as they are live.
 */
export function compareObjects(objects: ComparedObjects): Compared {
  const differences: Difference[] = [];
  const changed = overlay(objects.appliedSet, {
    wish: objects.wish,
    applied: objects.applied,
    live: objects.live,
    path: [],
    words: '',
    differences,
  });
  const fields = leftovers(objects.liveSet, objects.appliedSet, {
    shown: changed,
    live: objects.live,
    path: [],
    words: '',
    differences,
  });
  return { fields: isJsonObject(fields) ? fields : objects.wish, differences };
}

interface Place {
  readonly wish: Json | undefined;
  readonly applied: Json | undefined;
  readonly live: Json | undefined;
  readonly path: FieldPath;
  readonly words: string;
  readonly differences: Difference[];
}

function overlay(set: FieldSet, place: Place): Json | undefined {
  const { wish, applied, live, path, words, differences } = place;
  const steps = stepsOf(set);
  if (steps.length === 0 || live === undefined || wish === undefined) {
    if (sameJson(applied, live)) return wish;
    differences.push({ path, words });
    return live;
  }
  if (Array.isArray(wish)) return overlayItems(set, wish as readonly Json[], place);
  if (!isJsonObject(wish)) {
    if (sameJson(applied, live)) return wish;
    differences.push({ path, words });
    return live;
  }
  const shown: Record<string, Json> = { ...wish };
  for (const text of steps) {
    const step = parseStep(text);
    if (step.kind !== 'member') continue;
    const member = overlay(below(set, text) ?? {}, {
      wish: follow(wish, step),
      applied: follow(applied, step),
      live: follow(live, step),
      path: [...path, text],
      words: memberPath(words, step.name),
      differences,
    });
    if (member === undefined) delete shown[step.name];
    else shown[step.name] = member;
  }
  return shown;
}

function overlayItems(set: FieldSet, wish: readonly Json[], place: Place): Json {
  const { applied, live, path, words, differences } = place;
  const shown: (Json | undefined)[] = [...wish];
  for (const text of stepsOf(set)) {
    const step = parseStep(text);
    if (step.kind === 'member') continue;
    const at = indexOf(wish, step, true);
    if (at < 0) continue;
    const there = follow(live, step);
    const here = { path: [...path, text], words: `${words}[${showItem(wish[at], at)}]` };
    if (there === undefined) {
      differences.push(here);
      shown[at] = undefined;
      continue;
    }
    const item = { wish: wish[at], applied: follow(applied, step), live: there };
    shown[at] = overlay(below(set, text) ?? {}, { ...item, ...here, differences });
  }
  return shown.filter((item) => item !== undefined);
}

/** As differences of plans name an item of a list. */
function showItem(item: Json | undefined, at: number): string {
  const name = isJsonObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? `name=${name}` : String(at);
}

interface Leftover {
  readonly shown: Json | undefined;
  readonly live: Json | undefined;
  readonly path: FieldPath;
  readonly words: string;
  readonly differences: Difference[];
}

/** Adds what is live, ours, and no longer wished for. */
function leftovers(set: FieldSet, wanted: FieldSet, place: Leftover): Json | undefined {
  const { shown, live, path, words, differences } = place;
  let result = shown;
  for (const text of stepsOf(set)) {
    const step = parseStep(text);
    const there = follow(live, step);
    if (there === undefined) continue;
    const own = below(set, text) ?? {};
    const further = below(wanted, text);
    // Meant as a whole, so it was compared as a whole.
    if (further !== undefined && stepsOf(further).length === 0) continue;
    if (step.kind === 'member') {
      const base = isJsonObject(result) ? result : {};
      const at = { path: [...path, text], words: memberPath(words, step.name) };
      const before = Object.hasOwn(base, step.name) ? base[step.name] : undefined;
      if (further === undefined) {
        if (before !== undefined) continue;
        differences.push(at);
        result = { ...base, [step.name]: there };
      } else {
        const next = leftovers(own, further, { shown: before, live: there, ...at, differences });
        if (next !== before && next !== undefined) result = { ...base, [step.name]: next };
      }
      continue;
    }
    const items = Array.isArray(result) ? (result as readonly Json[]) : [];
    const index = indexOf(items, step, true);
    const at = { path: [...path, text], words: `${words}[${showItem(there, items.length)}]` };
    if (index < 0) {
      // Sent, and not part of the wish: it was released to others.
      if (further !== undefined) continue;
      differences.push(at);
      result = [...items, there];
    } else if (further !== undefined) {
      const before = items[index];
      const next = leftovers(own, further, { shown: before, live: there, ...at, differences });
      if (next !== before && next !== undefined) result = items.with(index, next);
    }
  }
  return result;
}
