import type { JsonObject } from '../../../src/model/json.ts';
import { apiVersionOf } from './kind.ts';
import type { Kind } from './kind.ts';
import { set, textAt } from './value.ts';

/** One change of one object, at its place in the history of all. */
export interface Change {
  readonly version: number;
  readonly kind: Kind;
  readonly before: JsonObject | null;
  /** `null`: it is gone. */
  readonly after: JsonObject | null;
}

/** All objects, their common history, and how much of that is kept: what etcd is to a server. */
export class Storage {
  readonly #objects = new Map<string, Map<string, JsonObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  #version = 1;
  #oldest = 0;

  /** The version of the newest change. */
  get version(): number {
    return this.#version;
  }

  /** Histories can be asked for from this version on. */
  get oldest(): number {
    return this.#oldest;
  }

  get(kind: Kind, namespace: string, name: string): JsonObject | null {
    const object = this.#objects.get(keyOf(kind))?.get(`${namespace}/${name}`) ?? null;
    return object === null ? null : inVersion(kind, object);
  }

  /** In the order of their names, as pages have them. */
  list(kind: Kind, namespace?: string): readonly JsonObject[] {
    const all = [...(this.#objects.get(keyOf(kind)) ?? [])];
    return all
      .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, object]) => inVersion(kind, object));
  }

  /** Writes an object under a new version. */
  put(kind: Kind, object: JsonObject): JsonObject {
    this.#version += 1;
    const after = set(object, ['metadata', 'resourceVersion'], String(this.#version));
    const objects = this.#objects.get(keyOf(kind)) ?? new Map<string, JsonObject>();
    this.#objects.set(keyOf(kind), objects);
    const key = nameOf(after);
    const before = objects.get(key) ?? null;
    objects.set(key, after);
    this.#note({ version: this.#version, kind, before, after });
    return after;
  }

  remove(kind: Kind, object: JsonObject): void {
    const objects = this.#objects.get(keyOf(kind));
    const before = objects?.get(nameOf(object)) ?? null;
    if (before === null) return;
    this.#version += 1;
    objects?.delete(nameOf(object));
    this.#note({ version: this.#version, kind, before, after: null });
  }

  /** Changes of a kind after a version. @throws Error for a version that is no longer kept */
  since(kind: Kind, version: number): readonly Change[] {
    if (version < this.#oldest) throw new Error(`version ${version} is not kept`);
    return this.#history.filter(
      (change) => change.version > version && keyOf(change.kind) === keyOf(kind),
    );
  }

  /** Forgets the history up to now. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history = [];
  }

  /** Called for every change as it happens. Returns the end of it. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #note(change: Change): void {
    this.#history.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

/** The object as a version of its kind has it: versions differ in nothing but their name. */
export function inVersion(kind: Kind, object: JsonObject): JsonObject {
  const apiVersion = apiVersionOf(kind);
  return object['apiVersion'] === apiVersion ? object : { ...object, apiVersion };
}

function keyOf({ group, plural }: Kind): string {
  return `${group}/${plural}`;
}

function nameOf(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`;
}
