import type { KubeObject, ObjectName } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';

/** What is kept of an object; never the whole of it. */
export interface Trimmed<Extra> {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Digest of the fields that we own; empty when we own none. */
  readonly ownedDigest: string;
  readonly isDeleting: boolean;
  /** What `trim` kept: facts for health and the like. */
  readonly extra: Extra;
}

/** What a watch tells of a kind. */
export type InformerEvent<Extra> =
  | {
      readonly kind: 'set';
      readonly type: ResourceType;
      readonly now: Trimmed<Extra>;
      readonly before: Trimmed<Extra> | null;
    }
  /** Deleted, or our label was taken off: a watch cannot tell one from the other. Ask the server before believing it. */
  | { readonly kind: 'gone'; readonly type: ResourceType; readonly before: Trimmed<Extra> }
  /** What is known is the server's state (again), after a start or an interruption. */
  | { readonly kind: 'synced'; readonly type: ResourceType }
  /** The watch broke; what is known may be old. Sent once until `synced`. */
  | { readonly kind: 'interrupted'; readonly type: ResourceType; readonly reason: Error };

/** What is known of the objects of one kind that the label is on. */
export interface Informer<Extra> {
  /** Whether what is known is the server's state, up to the latency of the watch. */
  isSynced(): boolean;
  /**
   * Resolves once it is synced; rejects with why it cannot be where trying again does not help (forbidden, no such kind).
   * @throws what `signal` aborts with; FairleadError
   */
  synced(signal?: AbortSignal): Promise<void>;
  /** `null`: nothing that the label matches. Tells something only while it is synced. */
  get(at: ObjectName): Trimmed<Extra> | null;
  /** All that is known. Says something only while it is synced. */
  all(): Iterable<Trimmed<Extra>>;
}

/** One watch for each kind in use, narrowed by the label; all listeners share it. */
export interface Informers<Extra> {
  /** Begins to watch the kind if nobody does yet. Stays until `release` was called as often. */
  use(type: ResourceType): Informer<Extra>;
  release(type: ResourceType): void;
  /** Called for every event of every kind, in the order of each kind. Returns the end of it. */
  subscribe(listener: (event: InformerEvent<Extra>) => void): () => void;
  close(): Promise<void>;
}

/** What is watched of a cluster, and what is kept of it. */
export interface InformersOptions<Extra> {
  /** `fairlead.dev/managed=true`; what the watch is narrowed to. */
  readonly labelSelector: string;
  /** What to keep of an object beside uid and version. Pure and quick; an object that it throws for is left out. */
  readonly trim: (type: ResourceType, object: KubeObject) => Extra;
  /** Digest of the fields that we own. Pure; `extra` is what `trim` gave for the same object. */
  readonly ownedDigest: (type: ResourceType, object: KubeObject, extra: Extra) => string;
  /** Namespaces to watch, one watch each; `null`: the whole cluster in one. Kinds without namespaces have one. */
  readonly namespaces: readonly string[] | null;
}
