import type { Clock } from '../../../system/clock.ts';
import type { Random } from '../../../system/random.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { KubeObject, ObjectName } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Informer, InformerEvent, InformersOptions, Trimmed } from './informers.ts';
import { Reflector } from './reflector.ts';

interface KindStoreOptions<Extra> extends InformersOptions<Extra> {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly type: ResourceType;
  readonly tell: (event: InformerEvent<Extra>) => void;
}

/** What is known of all objects of one kind. */
export class KindStore<Extra> implements Informer<Extra> {
  readonly #options: KindStoreOptions<Extra>;
  /** One for each namespace, or one for all. */
  readonly #parts: readonly Part<Extra>[];

  constructor(options: KindStoreOptions<Extra>) {
    this.#options = options;
    const { namespaces, type } = options;
    const places = type.namespaced && namespaces !== null ? namespaces : [undefined];
    this.#parts = places.map(
      (namespace) => new Part(options, namespace, (event) => this.#hear(event)),
    );
  }

  isSynced(): boolean {
    return this.#parts.every(({ reflector }) => reflector.isSynced);
  }

  async synced(signal?: AbortSignal): Promise<void> {
    do await Promise.all(this.#parts.map(({ reflector }) => reflector.synced(signal)));
    while (!this.isSynced());
  }

  get(at: ObjectName): Trimmed<Extra> | null {
    const key = keyOf(at);
    for (const { objects } of this.#parts) {
      const found = objects.get(key);
      if (found !== undefined) return found;
    }
    return null;
  }

  *all(): Iterable<Trimmed<Extra>> {
    for (const { objects } of this.#parts) yield* objects.values();
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ reflector }) => reflector.close()));
  }

  #hear(event: InformerEvent<Extra>): void {
    // With several parts the last one to be synced makes the whole so; one that broke makes it old.
    if (event.kind === 'synced' && !this.isSynced()) return;
    this.#options.tell(event);
  }
}

function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}

class Part<Extra> {
  readonly objects = new Map<string, Trimmed<Extra>>();
  readonly reflector: Reflector;
  readonly #options: KindStoreOptions<Extra>;
  readonly #tell: (event: InformerEvent<Extra>) => void;
  /** What was told since a list began; `null`: none is under way. */
  #listed: Set<string> | null = null;

  constructor(
    options: KindStoreOptions<Extra>,
    namespace: string | undefined,
    tell: (event: InformerEvent<Extra>) => void,
  ) {
    this.#options = options;
    this.#tell = tell;
    const { client, clock, random, type, labelSelector } = options;
    this.reflector = new Reflector({
      client,
      clock,
      random,
      type,
      labelSelector,
      ...(namespace === undefined ? {} : { namespace }),
      handlers: {
        begin: () => {
          this.#listed = new Set();
        },
        set: (object) => this.#set(object),
        gone: (object) => this.#gone(keyIn(object)),
        synced: () => {
          this.#dropUnlisted();
          tell({ kind: 'synced', type });
        },
        interrupted: (reason) => tell({ kind: 'interrupted', type, reason }),
      },
    });
  }

  #set(object: KubeObject): void {
    const key = keyIn(object);
    this.#listed?.add(key);
    const before = this.objects.get(key) ?? null;
    const { uid, resourceVersion } = object.metadata;
    // A list after an interruption tells much that is known.
    if (before?.uid === uid && before.resourceVersion === resourceVersion) return;
    const now = this.#trim(object);
    // What cannot be judged is not known here: who wants it asks the server, and hears why. The others are not held up.
    if (now === null) return this.#gone(key);
    this.objects.set(key, now);
    this.#tell({ kind: 'set', type: this.#options.type, now, before });
  }

  #gone(key: string): void {
    const before = this.objects.get(key);
    if (before === undefined) return;
    this.objects.delete(key);
    this.#tell({ kind: 'gone', type: this.#options.type, before });
  }

  #dropUnlisted(): void {
    const listed = this.#listed;
    this.#listed = null;
    if (listed === null) return;
    for (const key of this.objects.keys()) if (!listed.has(key)) this.#gone(key);
  }

  #trim(object: KubeObject): Trimmed<Extra> | null {
    const { type, trim, ownedDigest } = this.#options;
    const { metadata } = object;
    try {
      const extra = trim(type, object);
      return {
        namespace: metadata.namespace ?? '',
        name: metadata.name,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
        ownedDigest: ownedDigest(type, object, extra),
        isDeleting: metadata.deletionTimestamp !== undefined,
        extra,
      };
    } catch {
      return null;
    }
  }
}

function keyIn({ metadata }: KubeObject): string {
  return keyOf({ namespace: metadata.namespace ?? '', name: metadata.name });
}
