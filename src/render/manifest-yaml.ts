import { YAMLException, constructFromEvents, parseEvents } from 'js-yaml';
import type { Json } from '../model/json.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import { numberInexact, renderAliasBomb, renderYamlSyntax } from './errors.ts';
import { kubernetesSchema } from './kubernetes-yaml.ts';
import { createLineCounter, findInexactNumber, locateDocuments } from './yaml-places.ts';
import type { DocumentPlace } from './yaml-places.ts';

/** Deepest nesting of a manifest. */
const maxDepth = 100;
/** Most values that aliases may add to what a file writes out. */
const maxExpansion = 100_000;

/** One document of a manifest file. */
export type ManifestDocument = DocumentPlace & { readonly value: Json };

/** Reads a YAML or JSON manifest file. Empty documents are left out. Errors name `file:line:column`. */
export function parseManifests(file: string, text: string): Result<readonly ManifestDocument[]> {
  try {
    const events = parseEvents(text, { maxDepth });
    const inexact = findInexactNumber(events, text);
    if (inexact !== null) {
      const { line, column } = createLineCounter(text)(inexact.offset);
      const resource = `${file}:${line}:${column}`;
      return failure(numberInexact({ message: `${resource}: ${inexact.message}`, resource }));
    }
    const values = constructFromEvents(events, { source: text, schema: kubernetesSchema });
    const places = locateDocuments(events, text);
    const documents: ManifestDocument[] = [];
    let budget = events.length + maxExpansion;
    for (const [index, value] of values.entries()) {
      const place = places[index] ?? { line: 1, itemLines: [] };
      const spent = expandedSize(value, budget);
      if (spent === null) {
        const resource = `${file}:${place.line}`;
        const message = `${resource}: the aliases of this document expand to too much, or refer to themselves`;
        return failure(renderAliasBomb({ message, resource }));
      }
      budget -= spent;
      if (value !== null && value !== undefined) documents.push({ ...place, value: value as Json });
    }
    return success(documents);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    const column = (error.mark?.column ?? 0) + 1;
    const resource = `${file}:${line}:${column}`;
    return failure(
      renderYamlSyntax({ message: `${resource}: ${error.reason}`, resource, cause: error }),
    );
  }
}

/** Number of values, aliases expanded; `null` when it exceeds the budget or the depth, as circles do. */
function expandedSize(root: unknown, budget: number): number | null {
  let count = 0;
  const work: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    count++;
    if (count > budget || next.depth > maxDepth) return null;
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) work.push({ value: inner, depth: depth + 1 });
  }
  return count;
}
