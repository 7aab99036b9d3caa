import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject, sameJson } from '../../../src/model/json.ts';
import { exceeds } from './admission.ts';
import type { Mutation } from './admission.ts';
import { asDeleted, isDeleting, isHeld } from './deletion.ts';
import { apiVersionOf } from './kind.ts';
import type { Kind } from './kind.ts';
import { namespace as namespaceKind } from './kinds.ts';
import { applyFields, updateFields } from './managed.ts';
import type { Writer } from './managed.ts';
import { mergePatch } from './merge.ts';
import type { Actor, ApiAnswer } from './request.ts';
import { selects } from './selection.ts';
import type { Selection } from './selection.ts';
import * as status from './status.ts';
import type { Refusal } from './status.ts';
import { Storage } from './storage.ts';
import { at, listAt, numberAt, objectAt, set, textAt } from './value.ts';

export interface ObjectsOptions {
  /** Of the server; milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly newUid: () => string;
  /** Admission: says no to what it does not like; `null`: go ahead. Default: nothing is refused. */
  readonly admit?: (write: Admission) => Refusal | null;
  /** Right before a change is written. */
  readonly onWrite?: (write: Admission) => void;
}

/** What a request is about to do. */
export interface Admission {
  readonly kind: Kind;
  readonly actor: Actor;
  readonly before: JsonObject | null;
  /** `null`: it goes. */
  readonly after: JsonObject | null;
}

interface At {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

export interface Write extends At {
  readonly subresource: string;
  readonly manager: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly actor: Actor;
  readonly body: JsonObject;
}

/** Reading and writing objects, as the handlers of a server do it. */
export class Objects {
  readonly storage = new Storage();
  /** What becomes of objects on their way in, one after the other. */
  readonly mutations: Mutation[] = [];
  readonly #options: ObjectsOptions;

  constructor(options: ObjectsOptions) {
    this.#options = options;
  }

  find({ kind, namespace, name }: At): JsonObject | null {
    return this.storage.get(kind, namespace, name);
  }

  select(kind: Kind, selection: Selection): readonly JsonObject[] {
    return this.storage
      .list(kind, selection.namespace)
      .filter((object) => selects(selection, object));
  }

  get(place: At): ApiAnswer {
    const body = this.find(place);
    return body === null ? status.notFound(place.kind, place.name) : { status: 200, body };
  }

  create(write: Write): ApiAnswer {
    const { kind, name } = write;
    if (this.find(write) !== null) return status.alreadyExists(kind, name);
    const body = set(write.body, ['metadata', 'uid'], undefined);
    const next = updateFields(
      kind,
      null,
      this.#completed(write, body),
      this.#writer(write, 'Update'),
    );
    return this.#make(write, next);
  }

  apply(write: Write): ApiAnswer {
    const { kind, name, body } = write;
    const live = this.find(write);
    const uid = textAt(body, 'metadata', 'uid');
    if (live === null && uid !== '') {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      return status.conflict(kind, name, why);
    }
    const said = textAt(body, 'apiVersion');
    if (said !== apiVersionOf(kind)) return status.otherVersion(said, apiVersionOf(kind));
    const merged = applyFields(kind, live, body, this.#writer(write, 'Apply'), write.force);
    if (merged.kind === 'conflict') return status.fieldConflict(merged.conflicts);
    const next = this.#completed(write, merged.object);
    if (live === null) return this.#make(write, next);
    return this.#guarded(write, live, body) ?? this.#change(write, live, next);
  }

  /** Replaces the whole object. */
  update(write: Write): ApiAnswer {
    const { kind, name, body } = write;
    const live = this.find(write);
    if (live === null) return status.notFound(kind, name);
    const uid = textAt(body, 'metadata', 'uid');
    if (uid !== '' && uid !== textAt(live, 'metadata', 'uid'))
      return status.conflict(kind, name, wrongUid(uid, live));
    return this.#guarded(write, live, body) ?? this.#rewrite(write, live, body);
  }

  /** A JSON merge patch. */
  patch(write: Write): ApiAnswer {
    const live = this.find(write);
    if (live === null) return status.notFound(write.kind, write.name);
    const body = mergePatch(live, write.body) as JsonObject;
    return this.#guarded(write, live, body) ?? this.#rewrite(write, live, body);
  }

  delete(write: Write & { readonly options: JsonObject }): ApiAnswer {
    const { kind, name, actor, options } = write;
    const dryRun = write.dryRun || listAt(options, 'dryRun').length > 0;
    const live = this.find(write);
    if (live === null) return status.notFound(kind, name);
    const uid = textAt(options, 'preconditions', 'uid');
    const version = textAt(options, 'preconditions', 'resourceVersion');
    if (uid !== '' && uid !== textAt(live, 'metadata', 'uid'))
      return status.conflict(kind, name, wrongUid(uid, live));
    if (version !== '' && version !== textAt(live, 'metadata', 'resourceVersion'))
      return status.conflict(
        kind,
        name,
        `Precondition failed: ResourceVersion in precondition: ${version}, ResourceVersion in object meta: ${textAt(live, 'metadata', 'resourceVersion')}`,
      );
    const next = asDeleted(kind, live, textAt(options, 'propagationPolicy'), this.#time);
    const refusal = this.#options.admit?.({ kind, actor, before: live, after: null }) ?? null;
    if (refusal !== null) return refusal;
    if (isHeld(kind, next)) {
      if (dryRun || sameJson(live, next)) return { status: 200, body: next };
      this.#options.onWrite?.({ kind, actor, before: live, after: next });
      return { status: 200, body: this.storage.put(kind, next) };
    }
    if (!dryRun) this.#remove(write, live);
    const details = {
      name,
      ...(kind.group === '' ? {} : { group: kind.group }),
      kind: kind.plural,
      uid: textAt(live, 'metadata', 'uid'),
    };
    return {
      status: 200,
      body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
    };
  }

  get #time(): string {
    return new Date(this.#options.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  #writer({ kind, manager, subresource }: Write, operation: Writer['operation']): Writer {
    return {
      manager,
      operation,
      apiVersion: apiVersionOf(kind),
      time: this.#time,
      ...(subresource === '' ? {} : { subresource }),
    };
  }

  /** The object under its own name, with what the server adds. */
  #completed({ kind, namespace, name }: Write, object: JsonObject): JsonObject {
    const given = Object.entries(objectAt(object, 'metadata')).filter(
      ([, value]) => !isHollow(value),
    );
    const metadata = {
      ...Object.fromEntries(given),
      name,
      ...(kind.namespaced ? { namespace } : {}),
    };
    return kind.complete({ ...object, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata });
  }

  #make(write: Write, object: JsonObject): ApiAnswer {
    const { kind, namespace, name, actor, dryRun } = write;
    if (kind.namespaced) {
      const home = this.storage.get(namespaceKind, '', namespace);
      if (home === null) return status.notFound(namespaceKind, namespace);
      if (isDeleting(home)) return status.terminating(kind, name, namespace);
    }
    const metadata = {
      ...objectAt(object, 'metadata'),
      uid: this.#options.newUid(),
      creationTimestamp: this.#time,
      ...(kind.hasGeneration ? { generation: 1 } : {}),
    };
    const next = this.#mutated(kind, { ...object, metadata });
    const refusal =
      this.#options.admit?.({ kind, actor, before: null, after: next }) ??
      exceeds(this.storage, write);
    if (refusal !== null) return refusal;
    if (dryRun) return { status: 201, body: next };
    this.#options.onWrite?.({ kind, actor, before: null, after: next });
    return { status: 201, body: this.storage.put(kind, next) };
  }

  /** What a body says about the object that it is for. */
  #guarded({ kind, name }: Write, live: JsonObject, body: JsonObject): Refusal | null {
    const version = textAt(body, 'metadata', 'resourceVersion');
    if (version !== '' && version !== textAt(live, 'metadata', 'resourceVersion'))
      return status.conflict(kind, name, status.modified);
    const uid = textAt(body, 'metadata', 'uid');
    if (uid === '' || uid === textAt(live, 'metadata', 'uid')) return null;
    const message = `Invalid value: "${uid}": field is immutable`;
    return status.invalid(kind, name, [{ field: 'metadata.uid', message }]);
  }

  #rewrite(write: Write, live: JsonObject, body: JsonObject): ApiAnswer {
    const { kind, subresource } = write;
    const isStatus = subresource === 'status';
    // Each of the two ways to write leaves the part of the other one as it is.
    const mixed = isStatus
      ? { ...live, status: at(body, 'status') ?? {} }
      : kind.hasStatus && live['status'] !== undefined
        ? { ...body, status: live['status'] }
        : body;
    const managers = at(body, 'metadata', 'managedFields');
    const whole = set(this.#completed(write, mixed), ['metadata', 'managedFields'], managers);
    const next = updateFields(kind, live, whole, this.#writer(write, 'Update'));
    return this.#change(write, live, next);
  }

  #mutated(kind: Kind, object: JsonObject): JsonObject {
    if (this.mutations.length === 0) return object;
    return kind.complete(this.mutations.reduce((next, mutate) => mutate(kind, next), object));
  }

  #change(write: Write, live: JsonObject, wish: JsonObject): ApiAnswer {
    const { kind, name, actor, dryRun } = write;
    const object = write.subresource === '' ? this.#mutated(kind, wish) : wish;
    const fixed = kind.immutable(live, object);
    if (fixed.length > 0) {
      const isFrozen = at(live, 'immutable') === true;
      const message = isFrozen
        ? 'Forbidden: field is immutable when `immutable` is set'
        : 'Invalid value: field is immutable';
      const reason = isFrozen ? 'FieldValueForbidden' : 'FieldValueInvalid';
      return status.invalid(
        kind,
        name,
        fixed.map((field) => ({ field, message, reason })),
      );
    }
    const next = withGeneration(kind, live, keepIdentity(live, object));
    if (isUnchanged(live, next)) return { status: 200, body: live };
    const refusal = this.#options.admit?.({ kind, actor, before: live, after: next }) ?? null;
    if (refusal !== null) return refusal;
    if (dryRun) return { status: 200, body: next };
    if (isDeleting(next) && !isHeld(kind, next)) {
      this.#remove(write, live);
      return { status: 200, body: next };
    }
    this.#options.onWrite?.({ kind, actor, before: live, after: next });
    return { status: 200, body: this.storage.put(kind, next) };
  }

  #remove({ kind, actor }: Write, live: JsonObject): void {
    this.#options.onWrite?.({ kind, actor, before: live, after: null });
    this.storage.remove(kind, live);
  }
}

function isHollow(value: Json): boolean {
  return isJsonObject(value)
    ? Object.keys(value).length === 0
    : Array.isArray(value) && value.length === 0;
}

function wrongUid(uid: string, live: JsonObject): string {
  return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${textAt(live, 'metadata', 'uid')}`;
}

/** What nobody but the server writes. */
function keepIdentity(live: JsonObject, object: JsonObject): JsonObject {
  const kept = [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'resourceVersion',
  ];
  return kept.reduce(
    (next, name) => set(next, ['metadata', name], at(live, 'metadata', name)),
    object,
  );
}

function withGeneration(kind: Kind, live: JsonObject, next: JsonObject): JsonObject {
  if (!kind.hasGeneration || sameJson(wishIn(live), wishIn(next))) return next;
  return set(next, ['metadata', 'generation'], (numberAt(live, 'metadata', 'generation') ?? 0) + 1);
}

function wishIn({ metadata: _metadata, status: _status, ...wish }: JsonObject): JsonObject {
  return wish;
}

/** Whether nothing but times differs, for which nothing is written. */
function isUnchanged(live: JsonObject, next: JsonObject): boolean {
  const timeless = (object: JsonObject): JsonObject =>
    set(
      object,
      ['metadata', 'managedFields'],
      listAt(object, 'metadata', 'managedFields').map((entry) => ({
        ...objectAt(entry),
        time: '',
      })),
    );
  return sameJson(timeless(live), timeless(next));
}
