import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject, sameJson } from '../../../src/model/json.ts';
import {
  decode,
  difference,
  encode,
  intersection,
  isEmpty,
  noFields,
  paths,
  place,
  showPath,
  union,
} from './fields.ts';
import type { Fields } from './fields.ts';
import type { Kind } from './kind.ts';
import { at, listAt } from './value.ts';
import { compare, fieldsOf, merge, withContainers, without } from './merge.ts';

/**
 * Who manages which field, and what an apply or an update makes of that.
 * See https://kubernetes.io/docs/reference/using-api/server-side-apply/ and `merge/update.go` of structured-merge-diff.
 */

/** Who writes, how, and when (RFC 3339, whole seconds). */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time: string;
}

interface Entry extends Writer {
  readonly fields: Fields;
}

export interface FieldConflict {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  /** `.spec.replicas` */
  readonly field: string;
}

type Merged =
  | { readonly kind: 'merged'; readonly object: JsonObject }
  | { readonly kind: 'conflict'; readonly conflicts: readonly FieldConflict[] };

/** Server-side apply of `config` to what is there (`null`: nothing). */
export function applyFields(
  kind: Kind,
  live: JsonObject | null,
  config: JsonObject,
  writer: Writer,
  force: boolean,
): Merged {
  const wish = wished(kind, config);
  const before = bare(live ?? {});
  const entries = live === null ? [] : [...managersOf(live), ...unbooked(kind, live, writer)];
  const others = entries.filter((entry) => !isSameWriter(entry, writer));
  const last = entries.find((entry) => isSameWriter(entry, writer));
  const set = withoutIdentity(fieldsOf(kind.schema, wish), kind);
  const merged = merge(kind.schema, before, wish);
  const kept = [...others.map(({ fields }) => fields), set].reduce(union, noFields);
  const gone = difference(withContainers(last?.fields ?? noFields), withContainers(kept));
  const pruned = without(kind.schema, merged ?? {}, gone) as JsonObject;
  const { added, modified, removed } = compare(kind.schema, before, pruned);
  const changed = union(added, modified);
  const conflicts = others.flatMap(({ manager, operation, apiVersion, subresource, fields }) =>
    paths(intersection(fields, changed)).map((path) => ({
      manager,
      operation,
      apiVersion,
      subresource,
      field: showPath(path),
    })),
  );
  if (conflicts.length > 0 && !force) return { kind: 'conflict', conflicts };
  const lost = union(changed, removed);
  const left = others.map((entry) => ({ ...entry, fields: difference(entry.fields, lost) }));
  const isNews = last === undefined || !sameJson(encode(last.fields), encode(set));
  const own = { ...writer, time: isNews ? writer.time : last.time, fields: set };
  return { kind: 'merged', object: managed(pruned, [...left, own]) };
}

/** An update to `next`, whole objects both. Takes what it changes from everybody. */
export function updateFields(
  kind: Kind,
  live: JsonObject | null,
  next: JsonObject,
  writer: Writer,
): JsonObject {
  // Who writes managers themselves means them, unless there are none in it.
  const given = managersOf(next);
  const entries = given.length > 0 ? given : managersOf(live);
  const after = bare(next);
  // An empty list ends the book-keeping, until somebody applies.
  const isReset =
    listAt(next, 'metadata', 'managedFields').length === 0 &&
    at(next, 'metadata', 'managedFields') !== undefined;
  if (live !== null && (isReset || entries.length === 0)) return after;
  const found = compare(kind.schema, bare(live ?? {}), after);
  const hidden = (fields: Fields): Fields =>
    withoutIdentity(fields, writer.subresource === 'status' ? null : kind);
  const [changed, removed] = [hidden(union(found.added, found.modified)), hidden(found.removed)];
  const lost = union(changed, removed);
  const own = entries.find((entry) => isSameWriter(entry, writer));
  const others = entries
    .filter((entry) => entry !== own)
    .map((entry) => ({ ...entry, fields: difference(entry.fields, lost) }));
  if (isEmpty(lost)) return managed(after, entries);
  const fields = union(difference(own?.fields ?? noFields, removed), changed);
  return managed(after, [...others, { ...writer, fields }]);
}

function managed(object: JsonObject, entries: readonly Entry[]): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const sorted = entries
    .filter(({ fields }) => !isEmpty(fields))
    .toSorted(
      (one, other) =>
        one.operation.localeCompare(other.operation) ||
        one.time.localeCompare(other.time) ||
        one.manager.localeCompare(other.manager),
    );
  if (sorted.length === 0) return object;
  return { ...object, metadata: { ...metadata, managedFields: sorted.map(encodeEntry) } };
}

function encodeEntry({ fields, ...writer }: Entry): JsonObject {
  return {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: writer.apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1',
    fieldsV1: encode(fields),
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  };
}

/** What is there without anybody managing it belongs to whoever came before the first who applies. */
function unbooked(kind: Kind, live: JsonObject, { apiVersion, time }: Writer): readonly Entry[] {
  if (managersOf(live).length > 0) return [];
  const fields = withoutIdentity(fieldsOf(kind.schema, bare(live)), kind);
  return [{ manager: 'before-first-apply', operation: 'Update', apiVersion, time, fields }];
}

/** Who manages which fields of an object. */
export function managersOf(object: JsonObject | null): readonly Entry[] {
  const metadata = object?.['metadata'];
  const entries = isJsonObject(metadata) ? metadata['managedFields'] : undefined;
  if (!Array.isArray(entries)) return [];
  return (entries as readonly JsonObject[]).map(({ fieldsV1, fieldsType: _type, ...writer }) => ({
    ...(writer as unknown as Writer),
    fields: decode(isJsonObject(fieldsV1) ? fieldsV1 : {}),
  }));
}

/** Who applies is the same in all versions of a kind. */
function isSameWriter(one: Writer, other: Writer): boolean {
  return (
    one.manager === other.manager &&
    one.operation === other.operation &&
    (one.operation === 'Apply' || one.apiVersion === other.apiVersion) &&
    one.subresource === other.subresource
  );
}

const identity = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'name',
  'namespace',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** What nobody manages; `status` neither, where it can be written by itself alone. */
function withoutIdentity(fields: Fields, kind: Kind | null): Fields {
  const hidden = new Set([
    'f:apiVersion',
    'f:kind',
    ...(kind?.unmanaged ?? []).map((name) => `f:${name}`),
  ]);
  return place(
    false,
    [...fields.below].flatMap(([step, further]): [string, Fields][] => {
      if (hidden.has(step)) return [];
      if (step !== 'f:metadata') return [[step, further]];
      const kept = [...further.below].filter(([name]) => !identity.includes(name.slice(2)));
      return [[step, place(false, kept)]];
    }),
  );
}

export function bare(object: JsonObject): JsonObject {
  const { metadata, ...rest } = object;
  if (!isJsonObject(metadata)) return object;
  const { managedFields: _managers, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

/** Of what is applied, what can be. */
function wished(kind: Kind, config: JsonObject): JsonObject {
  const { metadata, status, ...rest } = config;
  const given: Record<string, Json> = isJsonObject(metadata) ? { ...metadata } : {};
  for (const name of identity) if (name !== 'name' && name !== 'namespace') delete given[name];
  return {
    ...rest,
    metadata: given,
    ...(status === undefined || kind.unmanaged.includes('status') ? {} : { status }),
  };
}
