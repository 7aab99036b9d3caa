import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Random } from '../../../system/random.ts';
import { inventoryConflict } from '../../errors.ts';
import type { LoadOptions } from '../../target.ts';
import type { ApiClient } from '../client/api-client.ts';
import { isFailure } from '../client/failure.ts';
import type { KubeObject } from '../client/object.ts';
import { secretType } from '../names.ts';
import type { Namespace } from './namespace.ts';
import { dataOf, recordName, recordObject } from './objects.ts';
import type { PartStore } from './part-store.ts';
import { damaged, decodeHead, encodeHead, packRecord, unpackRecord } from './record.ts';
import type { PackedRecord, RecordHead, RecordKind, RecordPart } from './record.ts';
import type { RecordCache } from './record-cache.ts';

/** Values kept as they were read, so that checks before each effect cost nothing. */
const keptValues = 64;

/** Races that are lost one after the other before it is given up. */
const maxTries = 5;

interface RecordStoreOptions {
  readonly client: ApiClient;
  readonly cache: RecordCache;
  readonly parts: PartStore;
  readonly namespace: Namespace;
  readonly hash: Hasher;
  readonly random: Random;
  readonly kind: RecordKind;
  readonly formatVersion: number;
  /** Default `usualPartBytes`. */
  readonly partBytes: number | undefined;
  /** Whether one that cannot be read may be replaced and removed. */
  readonly mayReplaceDamaged: boolean;
}

interface Kept {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly value: JsonObject;
}

/** Whether what is stored may be replaced. `null`: nothing is. @throws FairleadError if not */
export type Precondition = (stored: RecordHead | null) => void;

/** Records of one kind, by key. One object each, and further ones for what is too large for it. */
export class RecordStore {
  readonly #options: RecordStoreOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #names = new Map<string, string>();

  constructor(options: RecordStoreOptions) {
    this.#options = options;
  }

  /** Asked for before every effect, so that it is made once. */
  nameOf(key: InventoryKey): string {
    const { application, environment } = key;
    const known = `${application}\0${environment}`;
    let name = this.#names.get(known);
    if (name === undefined) {
      name = recordName(this.#options.hash, this.#options.kind, key);
      this.#names.set(known, name);
    }
    return name;
  }

  /** @throws FairleadError `target.inventory-newer`, `target.inventory-unreadable`; `kubernetes.*` where it cannot be looked at */
  async load(key: InventoryKey, how: LoadOptions = {}): Promise<JsonObject | null> {
    const { cache } = this.#options;
    const name = this.nameOf(key);
    const object = await cache.get(name, how);
    if (object === null) return null;
    try {
      return await this.read(object);
    } catch (thrown) {
      if (!isFailure(thrown, 'kubernetes.not-found')) throw thrown;
      // Its parts are gone: somebody has replaced it meanwhile, or they were deleted by hand.
      const now = await cache.ask(name);
      if (now === null) return null;
      if (now.metadata.resourceVersion !== object.metadata.resourceVersion)
        return await this.read(now);
      throw damaged(this.#place(name), 'a part of it is missing');
    }
  }

  /** The value of a record. @throws FairleadError as `load`; `kubernetes.not-found` where a part is missing */
  async read(object: KubeObject): Promise<JsonObject> {
    const { name, uid, resourceVersion } = object.metadata;
    const kept = this.#kept.get(name);
    if (kept?.uid === uid && kept.resourceVersion === resourceVersion) return kept.value;
    const head = this.headOf(object);
    const place = this.#place(name);
    const body = dataOf(object, 'body');
    const pieces =
      head.parts.length > 0 ? await this.#options.parts.read(head.parts, place) : [body];
    if (pieces.some((piece) => piece === null)) throw damaged(place, 'it has no body');
    const whole = pieces.filter((piece) => piece !== null);
    const value = unpackRecord(this.#options.hash, head, whole, place);
    this.#keep(object, value);
    return value;
  }

  /** @throws FairleadError `target.inventory-newer`, `target.inventory-unreadable` */
  headOf(object: KubeObject): RecordHead {
    const { kind, formatVersion } = this.#options;
    const { name } = object.metadata;
    const place = this.#place(name);
    const text = dataOf(object, 'head');
    if (text === null) throw damaged(place, 'it has no head');
    const head = decodeHead({ kind, formatVersion, place }, text.toString('utf8'));
    // A Secret that was copied to another name would give one application what another owns.
    if (this.nameOf(head) !== name) throw damaged(place, `it belongs to ${inventoryKey(head)}`);
    return head;
  }

  /**
   * Replaces what is stored, if `allows` has nothing against it and nobody else is quicker.
   *
   * @throws FairleadError what `allows` throws; `target.inventory-conflict`; as `load`
   */
  async save(
    key: InventoryKey,
    epoch: number | null,
    value: object,
    allows: Precondition,
  ): Promise<void> {
    const { hash, kind, formatVersion, partBytes, cache, parts } = this.#options;
    const name = this.nameOf(key);
    const packed = packRecord(hash, { key, kind, formatVersion, epoch }, value, partBytes);
    let made: readonly RecordPart[] = [];
    let before: RecordHead | null;
    try {
      before = await cache.writing(name, async () => {
        if (packed.pieces.length > 1) made = await parts.write(name, packed.pieces);
        const written = await this.#exchange(name, packed, made, allows);
        this.#keep(written.object, value as JsonObject);
        return written.before;
      });
    } catch (thrown) {
      // Where it is not known what became of the head, its parts may be needed.
      if (made.length > 0 && !isFailure(thrown, 'kubernetes.outcome-unknown'))
        await parts.remove(made).catch(() => {});
      throw thrown;
    }
    await this.#tidy(name, before?.parts ?? [], made).catch(() => {});
  }

  /** After a record was written, which holds whatever becomes of this: what stays is swept up by a later write. */
  async #tidy(
    name: string,
    former: readonly RecordPart[],
    made: readonly RecordPart[],
  ): Promise<void> {
    const { parts } = this.#options;
    if (former.length > 0) await parts.remove(former);
    if (made.length > 0) await parts.sweep(name, made);
  }

  /** Forgets a record. @throws FairleadError as `save` */
  async remove(key: InventoryKey, allows: Precondition): Promise<void> {
    const { client, cache, namespace } = this.#options;
    const name = this.nameOf(key);
    const gone = await cache.writing(name, () =>
      this.#whileRacing(name, allows, null, async ({ object, head }) => {
        if (object === null) return null;
        const { uid, resourceVersion } = object.metadata;
        const at = { namespace: namespace.name, name };
        await client.delete(secretType, at, { uid, resourceVersion });
        cache.removed(name);
        return head;
      }),
    );
    this.#kept.delete(name);
    if (gone !== null) await this.#tidy(name, gone.parts, []).catch(() => {});
  }

  async #exchange(
    name: string,
    packed: PackedRecord,
    made: readonly RecordPart[],
    allows: Precondition,
  ): Promise<{ readonly object: KubeObject; readonly before: RecordHead | null }> {
    const { client, cache, namespace, hash, kind } = this.#options;
    const head = encodeHead(hash, packed, made);
    const body = made.length > 0 ? null : (packed.pieces[0] ?? Buffer.alloc(0));
    const content = { name, namespace: namespace.name, key: packed.key, kind, head, body };
    return await this.#whileRacing(name, allows, head, async ({ object, head: before }) => {
      // The answer to the try before this one was lost, and it had come through.
      if (object !== null && headText(object) === head) return { object, before: null };
      const written =
        object === null
          ? await client.create(secretType, namespace.name, recordObject(content))
          : await client.update(
              secretType,
              { namespace: namespace.name, name },
              recordObject({ ...content, resourceVersion: object.metadata.resourceVersion }),
            );
      cache.wrote(written.object);
      return { object: written.object, before };
    });
  }

  /**
   * Looks, and does `act` on what is there if it may; again where somebody else was quicker, where what watching says is
   * against it (it may be old), and where an answer was lost: then `ours` is what is there if it came through.
   */
  async #whileRacing<Result>(
    name: string,
    allows: Precondition,
    ours: string | null,
    act: (current: Current) => Promise<Result>,
  ): Promise<Result> {
    const { cache, namespace } = this.#options;
    let lost: unknown = null;
    let missing: PartMissing | null = null;
    for (let tries = 1; ; tries++) {
      const isLast = tries >= maxTries;
      try {
        const object = tries === 1 ? await cache.get(name) : await cache.ask(name);
        const head = object === null ? null : await this.#wholeHead(object);
        const isOurs = lost !== null && object !== null && headText(object) === ours;
        if (!isOurs) allows(head);
        return await act({ object, head });
      } catch (thrown) {
        if (thrown instanceof PartMissing) {
          // Somebody has replaced the record since watching told of it, or they were deleted by hand: the server knows.
          if (thrown.version === missing?.version)
            throw damaged(this.#place(name), 'a part of it is missing');
          missing = thrown;
          if (!isLast) continue;
          throw inventoryConflict({
            message: `${this.#place(name)} is replaced again and again`,
            resource: name,
          });
        }
        if (isFailure(thrown, 'kubernetes.outcome-unknown')) lost = thrown;
        else if (isFailure(thrown, 'kubernetes.not-found')) await namespace.make();
        else if (isFailure(thrown, inventoryConflict.definition.code)) {
          if (tries > 1) throw thrown;
        } else if (!isRace(thrown)) throw lost ?? thrown;
        if (isLast) throw thrown;
      }
    }
  }

  /** The head of a record that is whole, so that nobody writes over damage before somebody has looked. */
  async #wholeHead(object: KubeObject): Promise<RecordHead | null> {
    try {
      await this.read(object);
      return this.headOf(object);
    } catch (thrown) {
      if (this.#options.mayReplaceDamaged) return null;
      if (isFailure(thrown, 'kubernetes.not-found'))
        throw new PartMissing(object.metadata.resourceVersion);
      throw thrown;
    }
  }

  #keep(object: KubeObject, value: JsonObject): void {
    const { name, uid, resourceVersion } = object.metadata;
    this.#kept.delete(name);
    this.#kept.set(name, { uid, resourceVersion, value });
    if (this.#kept.size <= keptValues) return;
    const oldest = this.#kept.keys().next();
    if (oldest.done !== true) this.#kept.delete(oldest.value);
  }

  #place(name: string): string {
    return `${this.#options.namespace.name}/Secret/${name}`;
  }
}

/** The head of a record names a part that is not there. */
class PartMissing extends Error {
  /** Resource version of the head. */
  readonly version: string;

  constructor(version: string) {
    super('a part is missing');
    this.version = version;
  }
}

interface Current {
  readonly object: KubeObject | null;
  readonly head: RecordHead | null;
}

/** Somebody else was quicker: look again. */
function isRace(thrown: unknown): boolean {
  return (
    isFailure(thrown, 'kubernetes.version-conflict') ||
    isFailure(thrown, 'kubernetes.already-exists')
  );
}

function headText(object: KubeObject): string | undefined {
  return dataOf(object, 'head')?.toString('utf8');
}
