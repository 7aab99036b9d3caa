import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject } from '../../../src/model/json.ts';

/**
 * What two servers said, without what no two have in common: names of namespaces, UIDs, times, how far their histories
 * have come. UIDs are numbered as they turn up; versions of objects by their order.
 */
export class Comparable {
  readonly #namespace: string;
  readonly #uids = new Map<string, string>();
  readonly #said: Json[] = [];

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  add(what: string, value: Json): void {
    this.#said.push({ [what]: this.#plain(value, '') });
  }

  /** All that was said so far. */
  get said(): Json {
    const versions = new Set<number>();
    visit(this.#said, (text) => {
      const version = /^<version (\d+)>$/.exec(text)?.[1];
      if (version !== undefined) versions.add(Number(version));
    });
    const ranks = [...versions].toSorted((one, other) => one - other);
    return replace(this.#said, (text) =>
      text.replace(
        /^<version (\d+)>$/,
        (_all, version) => `<version ${ranks.indexOf(Number(version))}>`,
      ),
    );
  }

  #plain(value: Json, name: string): Json {
    if (typeof value === 'string') return this.#text(value, name);
    if (Array.isArray(value))
      return (value as readonly Json[]).map((item) => this.#plain(item, ''));
    if (!isJsonObject(value)) return value;
    if (value['kind'] === 'Status') return this.#status(value);
    if (value['kind'] === 'Deployment') return this.#plain(withoutControllers(value), name);
    const isList = Array.isArray(value['items']) || value['type'] === 'BOOKMARK';
    const entries = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
      // Where a list or a bookmark stands depends on what else happens.
      if (isList && (key === 'metadata' || key === 'object')) return [];
      if (key === 'managedFields') return [[key, this.#managers(member)]];
      return [[key, this.#plain(member, key)]];
    });
    return Object.fromEntries(entries);
  }

  #text(value: string, name: string): string {
    if (name === 'uid') {
      const known = this.#uids.get(value) ?? `<uid ${this.#uids.size + 1}>`;
      this.#uids.set(value, known);
      return known;
    }
    if (name === 'resourceVersion') return `<version ${value}>`;
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return '<time>';
    return value.replaceAll(this.#namespace, 'NS');
  }

  #managers(value: Json): Json {
    const entries = Array.isArray(value) ? (value as readonly JsonObject[]) : [];
    return entries
      .map(({ time: _time, fieldsV1 = {}, ...entry }) => ({
        ...entry,
        fieldsV1: dotless(fieldsV1),
      }))
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }

  /** Codes, reasons and fields; the words are each server's own but where they name managers. */
  #status(value: JsonObject): Json {
    const { status, reason = '', code = 0, details } = value;
    const { name = '', causes = [] } = isJsonObject(details) ? details : {};
    const all = (causes as readonly JsonObject[]).map((cause) => ({
      reason: cause['reason'] ?? '',
      field: cause['field'] ?? '',
      ...(cause['reason'] === 'FieldManagerConflict' ? { message: cause['message'] ?? '' } : {}),
    }));
    // Some are told twice.
    const told = [...new Map(all.map((cause) => [JSON.stringify(cause), cause])).values()];
    const of = typeof name === 'string' ? name.replaceAll(this.#namespace, 'NS') : '';
    return { status: status ?? '', reason, code, name: of, causes: told };
  }
}

/** What controllers write to a Deployment meanwhile depends on how quick they are. */
function withoutControllers(object: JsonObject): JsonObject {
  const { status: _status, metadata, ...rest } = object;
  const { annotations, resourceVersion: _version, managedFields, ...kept } = metadata as JsonObject;
  const own = Object.entries(isJsonObject(annotations) ? annotations : {}).filter(
    ([name]) => !name.startsWith('deployment.kubernetes.io/'),
  );
  const managers = (managedFields as readonly JsonObject[]).filter(
    ({ manager }) => manager !== 'kube-controller-manager',
  );
  const shown = own.length === 0 ? {} : { annotations: Object.fromEntries(own) };
  return {
    ...rest,
    of: 'Deployment',
    kind: '',
    metadata: { ...kept, ...shown, managedFields: managers },
  };
}

/** Without the mark that a container is held beside its members: it is nobody's value. */
function dotless(fields: Json): Json {
  if (!isJsonObject(fields)) return fields;
  const entries = Object.entries(fields).filter(([step]) => step !== '.');
  return Object.fromEntries(
    entries
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([step, further]) => [step.replace(/"uid":"[^"]+"/, '"uid":"…"'), dotless(further)]),
  );
}

function visit(value: Json, see: (text: string) => void): void {
  if (typeof value === 'string') see(value);
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item, see);
  else if (isJsonObject(value)) for (const member of Object.values(value)) visit(member, see);
}

function replace(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => replace(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, replace(member, change)]),
  );
}
