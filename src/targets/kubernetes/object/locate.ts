import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject, sameJson } from '../../../model/json.ts';
import { memberPath } from '../../../plan/field-diff.ts';

/**
 * Finds the field that the server names (`.spec.containers[name="web"].image`, `.metadata.labels.app.kubernetes.io/name`)
 * in an object, and gives it as plans name it. `null`: the object has no such field. Names may hold dots, so it can only
 * be read beside an object.
 */
export function locateField(object: JsonObject, field: string): string | null {
  return findField(object, field)?.words ?? null;
}

/** A field that was found: as plans name it, and what it holds. */
interface FoundField {
  readonly words: string;
  readonly value: Json | undefined;
}

/** As `locateField`, with what the field holds. The leading dot may be missing. */
export function findField(object: JsonObject, field: string): FoundField | null {
  return locate(object, field.startsWith('.') ? field : `.${field}`, '');
}

function locate(value: Json | undefined, rest: string, words: string): FoundField | null {
  if (rest === '') return { words, value };
  if (rest.startsWith('[')) return locateItem(value, rest, words);
  if (!rest.startsWith('.') || !isJsonObject(value)) return null;
  for (const [name, member] of Object.entries(value)) {
    if (!rest.startsWith(`.${name}`)) continue;
    const further = rest.slice(name.length + 1);
    if (further !== '' && !further.startsWith('.') && !further.startsWith('[')) continue;
    const found = locate(member, further, memberPath(words, name));
    if (found !== null) return found;
  }
  return null;
}

function locateItem(value: Json | undefined, rest: string, words: string): FoundField | null {
  const end = closing(rest);
  if (!Array.isArray(value) || end < 0) return null;
  const items = value as readonly Json[];
  const at = findItem(items, rest.slice(1, end));
  if (at < 0) return null;
  const item = items[at];
  const name = isJsonObject(item) ? item['name'] : undefined;
  const shown = typeof name === 'string' ? `name=${name}` : String(at);
  return locate(item, rest.slice(end + 1), `${words}[${shown}]`);
}

/** Where the bracket that `text` begins with is closed; what stands in quotes does not count. */
function closing(text: string): number {
  let isQuoted = false;
  for (let at = 1; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '\\' && isQuoted) at += 1;
    else if (letter === '"') isQuoted = !isQuoted;
    else if (letter === ']' && !isQuoted) return at;
  }
  return -1;
}

/** `name="web"`, `port=80,protocol="TCP"`, `="value"`, or a place. */
function findItem(items: readonly Json[], selector: string): number {
  if (/^\d+$/.test(selector)) return Number(selector) < items.length ? Number(selector) : -1;
  const keys = [...selector.matchAll(/([^=,]*)=("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(
    ([, name = '', value = '']) => [name, JSON.parse(value) as Json] as const,
  );
  return items.findIndex((item) =>
    keys.every(([name, key]) => {
      if (name === '') return sameJson(item, key);
      if (!isJsonObject(item)) return false;
      return sameJson(item[name], key) || (item[name] === undefined && name !== 'name');
    }),
  );
}

/** Whether a field is the one that another path names, or part of it, or holds it. */
export function isWithin(path: string, other: string): boolean {
  const [short, long] = path.length < other.length ? [path, other] : [other, path];
  return (
    short === long ||
    (long.startsWith(short) && (long[short.length] === '.' || long[short.length] === '['))
  );
}
