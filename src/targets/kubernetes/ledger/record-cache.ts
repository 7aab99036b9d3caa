import type { Clock } from '../../../system/clock.ts';
import type { Random } from '../../../system/random.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { LoadOptions } from '../../target.ts';
import { isLater } from '../client/object.ts';
import type { KubeObject } from '../client/object.ts';
import { secretType } from '../names.ts';
import { Reflector } from '../watch/reflector.ts';
import { recordType } from './objects.ts';

/** What watching knows counts while the connection was heard within this time; then the other side is asked (PING). */
const freshMs = 1_000;

/** How long the first look at all records may take before one is asked for by itself. */
const firstLookMs = 15_000;

interface RecordCacheOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  /** Somebody else wrote it, or removed it (`null`). */
  readonly onForeign: (name: string, object: KubeObject | null, before: KubeObject | null) => void;
  readonly warn: (message: string) => void;
}

/**
 * The records of a cluster as a watch and our own writes tell of them. What is said to be there, or not there, was so
 * within the last second, up to the latency of the watch; where the watch does not live, the server is asked each time.
 * How far a watch lags behind nothing tells: a server whose own copy is old answers as promptly as any other. What may not
 * be overtaken therefore says how old the last word of the server itself may be (`provenWithinMs`).
 */
export class RecordCache {
  readonly #options: RecordCacheOptions;
  readonly #reflector: Reflector;
  readonly #objects = new Map<string, KubeObject>();
  /** The list that is under way; `null`: none. */
  #list: List | null = null;
  #hasSynced = false;
  /** The first look at all has come to its end, good or bad. */
  #hasLooked = false;
  readonly #firstLook: Promise<void>;
  #endFirstLook = (): void => {};
  /** Writes of ours that are under way, since when, and what watching told of the same record meanwhile. */
  readonly #writing = new Map<
    string,
    { count: number; sinceMs: number; told: KubeObject | null | undefined }
  >();
  /** What we removed and watching has not told of yet → the resourceVersion it had last: what is told of until then is old. */
  readonly #removed = new Map<string, string>();
  /** When the server itself last said of a record how it is, at the earliest: what it said was so after that. */
  readonly #provenMs = new Map<string, number>();
  /** Proofs that are asked for. */
  readonly #proving = new Map<string, Promise<KubeObject | null>>();

  constructor(options: RecordCacheOptions) {
    this.#options = options;
    const { client, clock, random, namespace, warn } = options;
    const timer = new AbortController();
    this.#firstLook = new Promise((resolve) => {
      this.#endFirstLook = () => {
        this.#hasLooked = true;
        timer.abort();
        resolve();
      };
    });
    void clock.sleep(firstLookMs, timer.signal).then(() => this.#endFirstLook());
    this.#reflector = new Reflector({
      client,
      clock,
      random,
      type: secretType,
      namespace,
      fieldSelector: `type=${recordType}`,
      handlers: {
        begin: () => {
          const known = new Map(this.#objects);
          this.#list = { told: new Set(), known, removed: new Map(this.#removed) };
        },
        set: (object) => this.#told(object.metadata.name, object),
        gone: (object) => this.#toldGone(object.metadata.name, object.metadata.resourceVersion),
        synced: () => this.#synced(),
        interrupted: (error) => {
          warn(`the watch of inventories in ${namespace} broke off: ${error.message}`);
          this.#endFirstLook();
        },
      },
    });
  }

  /** What is known without asking; `undefined`: nothing. */
  peek(name: string): KubeObject | undefined {
    return this.#objects.get(name);
  }

  /** The record, `null` for none. @throws FairleadError where neither the watch nor the server tells */
  async get(name: string, { provenWithinMs }: LoadOptions = {}): Promise<KubeObject | null> {
    if (provenWithinMs !== undefined && !this.#isProven(name, provenWithinMs))
      return await this.#prove(name);
    return (await this.isReliable()) ? (this.#objects.get(name) ?? null) : await this.ask(name);
  }

  /** The record as the server has it now. @throws FairleadError */
  async ask(name: string): Promise<KubeObject | null> {
    const { client, clock, namespace } = this.#options;
    const sinceMs = clock.monotonicMs();
    const known = this.#objects.get(name);
    const object = await client.get(secretType, { namespace, name });
    const isRecord = object?.['type'] === recordType;
    if (isRecord) this.#forgetUndone(name, known, object);
    this.#provenMs.set(name, sinceMs);
    if (object === null) {
      // A watch that lives tells of it by itself, and in order.
      if (!this.#reflector.isSynced) this.#objects.delete(name);
      return null;
    }
    if (isRecord) this.#keep(object);
    return object;
  }

  /** All records. @throws FairleadError */
  async all(): Promise<readonly KubeObject[]> {
    if (await this.isReliable()) return [...this.#objects.values()];
    const { client, namespace } = this.#options;
    const { items } = await client.list(secretType, {
      namespace,
      fieldSelector: `type=${recordType}`,
    });
    return items;
  }

  /** Whether what is known is the server's state. Waits for the first look at all, not for later ones. */
  async isReliable(): Promise<boolean> {
    if (!this.#hasLooked) await this.#firstLook;
    return await this.#reflector.isFresh(freshMs);
  }

  /** Runs a write of ours, so that what watching tells of it is not taken for somebody else's. */
  async writing<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
    const sinceMs = this.#options.clock.monotonicMs();
    const entry = this.#writing.get(name) ?? { count: 0, sinceMs, told: undefined };
    entry.count += 1;
    this.#writing.set(name, entry);
    try {
      return await write();
    } finally {
      entry.count -= 1;
      if (entry.count === 0) {
        this.#writing.delete(name);
        if (entry.told !== undefined) this.#take(name, entry.told);
      }
    }
  }

  /** What a write of ours left. */
  wrote(object: KubeObject): void {
    this.#keep(object);
    const entry = this.#writing.get(object.metadata.name);
    if (entry !== undefined) this.#provenMs.set(object.metadata.name, entry.sinceMs);
    const told = entry?.told;
    if (entry === undefined || told === undefined) return;
    const { resourceVersion } = object.metadata;
    if (told !== null && !isLater(told.metadata.resourceVersion, resourceVersion))
      entry.told = undefined;
  }

  /** A write of ours removed it. */
  removed(name: string): void {
    const known = this.#objects.get(name);
    if (known !== undefined) this.#removed.set(name, known.metadata.resourceVersion);
    this.#objects.delete(name);
    this.#provenMs.delete(name);
    const entry = this.#writing.get(name);
    if (entry?.told === null) entry.told = undefined;
  }

  #isProven(name: string, withinMs: number): boolean {
    const provenMs = this.#provenMs.get(name);
    return provenMs !== undefined && this.#options.clock.monotonicMs() - provenMs <= withinMs;
  }

  /** Asked for once for all who want it at the time. */
  async #prove(name: string): Promise<KubeObject | null> {
    const asked = this.#proving.get(name);
    if (asked !== undefined) return await asked;
    const asking = this.ask(name).finally(() => this.#proving.delete(name));
    this.#proving.set(name, asking);
    return await asking;
  }

  close(): Promise<void> {
    this.#endFirstLook();
    return this.#reflector.close();
  }

  #keep(object: KubeObject): void {
    const { name, resourceVersion } = object.metadata;
    const known = this.#objects.get(name);
    if (known !== undefined && !isLater(resourceVersion, known.metadata.resourceVersion)) return;
    this.#objects.set(name, withoutManagers(object));
    this.#list?.told.add(name);
  }

  #told(name: string, object: KubeObject): void {
    if (this.#list !== null) this.#toldByList(this.#list, name, object);
    const entry = this.#writing.get(name);
    if (entry === undefined) this.#take(name, object);
    else entry.told = object;
  }

  /**
   * What was known before the server was asked, and is later than what it says, is of a history that the cluster has no more,
   * because it was restored from a backup.
   *
   * @param known What was known when the server was asked.
   */
  #forgetUndone(name: string, known: KubeObject | undefined, now: KubeObject): void {
    if (known === undefined || this.#objects.get(name) !== known) return;
    if (!isLater(known.metadata.resourceVersion, now.metadata.resourceVersion)) return;
    this.#objects.delete(name);
    this.#provenMs.delete(name);
  }

  /** A list tells what is there since it began. */
  #toldByList({ told, known, removed }: List, name: string, object: KubeObject): void {
    told.add(name);
    this.#forgetUndone(name, known.get(name), object);
    const last = this.#removed.get(name);
    if (last !== undefined && last === removed.get(name)) this.#removed.delete(name);
  }

  #toldGone(name: string, resourceVersion: string): void {
    const last = this.#removed.get(name);
    if (last !== undefined && isLater(resourceVersion, last)) this.#removed.delete(name);
    const known = this.#objects.get(name);
    // Made anew by us since.
    if (known !== undefined && isLater(known.metadata.resourceVersion, resourceVersion)) return;
    const entry = this.#writing.get(name);
    if (entry === undefined) this.#take(name, null);
    else entry.told = null;
  }

  #take(name: string, object: KubeObject | null): void {
    const before = this.#objects.get(name) ?? null;
    if (object === null) {
      if (before === null) return;
      this.#objects.delete(name);
      this.#provenMs.delete(name);
    } else {
      const { resourceVersion } = object.metadata;
      const last = before?.metadata.resourceVersion ?? this.#removed.get(name);
      if (last !== undefined && !isLater(resourceVersion, last)) return;
      this.#objects.set(name, withoutManagers(object));
    }
    if (this.#hasSynced) this.#options.onForeign(name, object, before);
  }

  #synced(): void {
    const listed = this.#list?.told ?? null;
    this.#list = null;
    for (const name of this.#removed.keys())
      if (listed !== null && !listed.has(name)) this.#removed.delete(name);
    if (listed !== null)
      for (const name of this.#objects.keys())
        if (!listed.has(name) && !this.#writing.has(name)) this.#take(name, null);
    this.#hasSynced = true;
    this.#endFirstLook();
  }
}

interface List {
  /** Names told since it began. */
  readonly told: Set<string>;
  /** What was known when it began. */
  readonly known: ReadonlyMap<string, KubeObject>;
  /** What was removed, and not told of yet, when it began. */
  readonly removed: ReadonlyMap<string, string>;
}

/** Who wrote which field of a record tells nothing, and takes a third of what is kept of it. */
function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
