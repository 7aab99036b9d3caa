import { createTwoFilesPatch } from 'diff';
import { isJsonObject, sameJson } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isSealed } from '../model/sealed.ts';
import type { FieldDiff } from '../model/plan.ts';

/** Readable text by field path, of one side. */
export type Texts = Readonly<Record<string, string>>;

/** Beyond this many lines a text difference would cost more time to make than to read. */
const maxTextLines = 2_000;

/**
 * The fields in which live differs from what is wanted. Only owned fields count: those in `desired`, and those
 * that we applied last (`applied`) and that are no longer wanted. Fields of others are left alone.
 *
 * Objects are compared member by member, arrays and sealed values as a whole.
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
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const wanted = member(desired, name);
    const there = member(live, name);
    const before = member(applied ?? {}, name);
    if (isBranch(wanted) && isBranch(there)) {
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
