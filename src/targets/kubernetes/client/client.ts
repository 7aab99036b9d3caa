import type { JsonObject } from '../../../model/json.ts';
import type { KubeObject, ObjectName } from './object.ts';
import type { ResourceType } from './resource-type.ts';

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** The whole call, retries included. Default: `requestTimeoutMs` of the settings (30 s). */
  readonly timeoutMs?: number;
}

/** Which objects of a kind, and how fresh. */
export interface ListOptions extends CallOptions {
  /** One namespace; default all. */
  readonly namespace?: string;
  /** As kubectl's `--selector` and `--field-selector` take it. Default: all. */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only `metadata` of each object, which is all the server sends then. Default false. */
  readonly metadataOnly?: boolean;
  /** Objects in one page; default 500. */
  readonly limit?: number;
  /** Any state at least as new as this one will do; `0`: whatever the server has at hand. Default: the newest. */
  readonly resourceVersion?: string;
}

/** One page of a list. */
export interface ListPage {
  readonly items: readonly KubeObject[];
  /** State of the whole list; where a watch goes on. */
  readonly resourceVersion: string;
  readonly isLast: boolean;
}

/** What all writes but deletes take; see https://kubernetes.io/docs/reference/using-api/api-concepts/. */
export interface WriteOptions extends CallOptions {
  /** Checks, admits and answers as if it were written, and writes nothing. Default false. */
  readonly dryRun?: boolean;
  /** Who is recorded as having written the fields. Default `fairlead`. */
  readonly fieldManager?: string;
  /** What becomes of fields that the kind does not have. Default `Strict`: refused, by name. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

/** See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts. */
export interface ApplyOptions extends WriteOptions {
  /** Takes fields over from other managers; without it they are named in `kubernetes.apply-conflict`. Default false. */
  readonly force?: boolean;
}

/** How a patch is written, and what of the object it is for. */
export interface PatchOptions extends WriteOptions {
  /** How `patch` is written. Default `merge` (RFC 7386); `json` is RFC 6902; `strategic` for built-in kinds alone. */
  readonly patchType?: 'merge' | 'json' | 'strategic';
  /** `status`, `scale` and the like. Default: the object itself. */
  readonly subresource?: string;
}

/** What may go, and how. A delete without a UID cannot be said. */
export interface DeleteOptions extends CallOptions {
  /** The very object that may go; `kubernetes.version-conflict` where another one has its name. */
  readonly uid: string;
  /** The very state that may go. Default: any state of the object. */
  readonly resourceVersion?: string;
  /** What becomes of what it owns. Default `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Default: what the object says. Zero takes it away without waiting for what runs. */
  readonly gracePeriodSeconds?: number;
  /** Checks and admits, and deletes nothing. Default false. */
  readonly dryRun?: boolean;
}

/** What a write left behind. */
export interface Written {
  readonly object: KubeObject;
  /** Whether it was not there before. */
  readonly created: boolean;
  /** What the server said beside its answer: deprecated versions, unknown fields under `Warn`. */
  readonly warnings: readonly string[];
}

/** What came of a delete. */
export type Deleted =
  /** It is gone. */
  | { readonly kind: 'deleted' }
  /** It was gone before. */
  | { readonly kind: 'absent' }
  /** It goes once its finalizers are done. */
  | { readonly kind: 'deleting'; readonly object: KubeObject };

/**
 * What is watched, and for how long; see
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.
 */
export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only `metadata` of each object. Default false. */
  readonly metadataOnly?: boolean;
  /** The state to go on from. */
  readonly resourceVersion: string;
  /** The server ends the watch after this many seconds. Default: the server's own choice (30 to 60 minutes). */
  readonly timeoutSeconds?: number;
  /**
   * Ends with `kubernetes.unavailable` when nothing came for so long, not even a bookmark, which the server sends about
   * every minute. Default 3 minutes. That the connection lives is looked after beside it.
   */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal;
}

/** What the server tells. Its `ERROR` is no event here: it is thrown. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** Nothing happened up to this state. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** Which lines of a container's output; as `kubectl logs` takes it. */
export interface LogStreamOptions {
  /** Needed where the pod has several and none is its default. */
  readonly container?: string;
  /** Goes on with what comes until it is aborted. Default false. */
  readonly follow?: boolean;
  /** Lines from the end; default all. */
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Of the container that ran before the one that runs. Default false. */
  readonly previous?: boolean;
  /** Begins each line with its time (RFC 3339). Default false. */
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

/** A request of any path, on the same terms as all others. */
export interface RawRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query: `/version`. */
  readonly path: string;
  readonly body?: JsonObject;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
}

/** An answer as it came, whatever its status. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Who the server takes a request for; see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation. */
export interface Identity {
  /** Never empty: an empty one would act with the controller's own rights. */
  readonly user: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Calls to one API server. Failures are `FairleadError`s of `errors.ts` in this folder; `failure.ts` gives what the
 * server said (causes, managers, when to come again). Reads are tried again while they may; of writes only what
 * surely did not happen. A write whose answer was lost is `kubernetes.outcome-unknown`.
 */
export interface KubernetesClient {
  /** `null`: the server has the kind and says that there is no such object. */
  get(type: ResourceType, at: ObjectName, options?: CallOptions): Promise<KubeObject | null>;
  /** Page by page, at one state. @throws FairleadError `kubernetes.expired` when it took too long: begin again. */
  pages(type: ResourceType, options?: ListOptions): AsyncIterable<ListPage>;
  /** All pages together. */
  list(type: ResourceType, options?: ListOptions): Promise<ListPage>;
  /** Server-side apply. */
  apply(
    type: ResourceType,
    at: ObjectName,
    body: JsonObject,
    options?: ApplyOptions,
  ): Promise<Written>;
  create(
    type: ResourceType,
    namespace: string,
    body: JsonObject,
    options?: WriteOptions,
  ): Promise<Written>;
  /** Replaces the whole object; `metadata.resourceVersion` in `body` makes it a compare-and-swap. */
  update(
    type: ResourceType,
    at: ObjectName,
    body: JsonObject,
    options?: WriteOptions,
  ): Promise<Written>;
  patch(
    type: ResourceType,
    at: ObjectName,
    patch: JsonObject | readonly JsonObject[],
    options?: PatchOptions,
  ): Promise<Written>;
  delete(type: ResourceType, at: ObjectName, options: DeleteOptions): Promise<Deleted>;
  /** Events from `resourceVersion` on, until the server ends it. @throws FairleadError `kubernetes.expired`: list again. */
  watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent>;
  /** Lines of a container's output. */
  logs(pod: ObjectName, options?: LogStreamOptions): AsyncIterable<string>;
  raw(request: RawRequest): Promise<RawAnswer>;
  /** The same server, connections and limits under another identity. @throws FairleadError `kubernetes.identity-empty` */
  as(identity: Identity): KubernetesClient;
}
