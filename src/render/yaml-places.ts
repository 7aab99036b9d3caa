import { EVENT_ID, SCALAR_STYLE, getScalarValue } from 'js-yaml';
import type { Event } from 'js-yaml';
import { inexactNumber } from './kubernetes-yaml.ts';

/** Where a document and the items of its top-level `items` list begin; lines from 1. */
export interface DocumentPlace {
  readonly line: number;
  readonly itemLines: readonly number[];
}

/** Turns growing offsets into lines (from 1) and columns (from 1). */
export function createLineCounter(
  text: string,
): (offset: number) => { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  return (offset) => {
    for (;;) {
      const end = text.indexOf('\n', lineStart);
      if (end < 0 || end >= offset) return { line, column: Math.max(offset - lineStart, 0) + 1 };
      lineStart = end + 1;
      line++;
    }
  };
}

function startOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.tagStart >= 0 ? event.tagStart : Math.max(event.valueStart, 0);
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    default:
      return 0;
  }
}

/** The place of every document, in order. */
export function locateDocuments(events: readonly Event[], text: string): readonly DocumentPlace[] {
  const at = createLineCounter(text);
  const places: { line: number; itemLines: number[] }[] = [];
  // How deep we are inside the document: 1 is its root's members, 2 those of a member.
  let depth = 0;
  let members = 0;
  let key = '';
  let inItems = false;
  let begun = false;
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) {
      places.push({ line: 1, itemLines: [] });
      depth = 0;
      members = 0;
      begun = false;
      inItems = false;
      continue;
    }
    if (event.type === EVENT_ID.POP) {
      depth--;
      if (depth === 1) inItems = false;
      continue;
    }
    const place = places.at(-1);
    if (place === undefined) continue;
    if (!begun) {
      begun = true;
      place.line = at(startOf(event)).line;
    }
    if (depth === 1) {
      const isKey = members++ % 2 === 0;
      if (isKey) key = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : '';
      else inItems = key === 'items' && event.type === EVENT_ID.SEQUENCE;
    } else if (depth === 2 && inItems) {
      place.itemLines.push(at(startOf(event)).line);
    }
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) depth++;
  }
  return places;
}

/** The first number that JSON could not keep exactly, and where it stands. */
export function findInexactNumber(
  events: readonly Event[],
  text: string,
): { readonly offset: number; readonly message: string } | null {
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR) continue;
    const tagged = event.tagStart >= 0;
    if (
      tagged
        ? !isNumberTag(text.slice(event.tagStart, event.tagEnd))
        : event.style !== SCALAR_STYLE.PLAIN
    )
      continue;
    if (!tagged && !/[-+.0-9]/.test(text[event.valueStart] ?? '')) continue;
    const message = inexactNumber(getScalarValue(text, event));
    if (message !== null) return { offset: event.valueStart, message };
  }
  return null;
}

function isNumberTag(tag: string): boolean {
  return /(?:int|float)>?$/.test(tag);
}
