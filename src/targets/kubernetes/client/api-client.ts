import type { JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { Answer, Call, Caller } from './caller.ts';
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  Deleted,
  Identity,
  KubernetesClient,
  ListOptions,
  ListPage,
  LogStreamOptions,
  PatchOptions,
  RawAnswer,
  RawRequest,
  WatchEvent,
  WatchOptions,
  WriteOptions,
  Written,
} from './client.ts';
import { decodeDeleted, decodeObject, decodePage } from './decode.ts';
import { isFailure } from './failure.ts';
import { impersonationHeaders } from './impersonation.ts';
import { linked } from './linked.ts';
import { readLog } from './log-stream.ts';
import type { KubeObject, ObjectName } from './object.ts';
import { logQuery, pageQuery, watchQuery, writeQuery } from './query.ts';
import type { Query } from './query.ts';
import { queue } from './queue.ts';
import { apiVersionOf, pathOf } from './resource-type.ts';
import { podType } from './pod-type.ts';
import type { ResourceType } from './resource-type.ts';
import { readWatch } from './watch-stream.ts';
import type { OpenWatch, StreamEvent } from './watch-stream.ts';

/** Largest answers, unpacked, in bytes: one object, and a page of them. */
const maxObjectBytes = 16 * 1024 * 1024;
const maxPageBytes = 128 * 1024 * 1024;

/** Objects in a page; one too large is asked for in smaller ones, down to the least. */
const usualLimit = 500;
const leastLimit = 8;

/** How long a watch or a log may take to begin. */
const openTimeoutMs = 30_000;

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

interface ApiClientOptions {
  readonly caller: Caller;
  readonly clock: Clock;
  /** A path before all others; empty for none. */
  readonly pathPrefix: string;
  readonly identity: Identity | undefined;
  readonly requestTimeoutMs: number;
  readonly userAgent: string;
  /** A kind was asked for, and the server has none such (`kubernetes.kind-gone`). Default: nobody is told. */
  readonly onKindGone?: () => void;
}

/** What a watch that informers hold takes beside what everybody can ask for. */
interface OpenWatchOptions extends Omit<WatchOptions, 'signal'> {
  /** Sends all that is there as `ADDED` first, then a bookmark that says so (`isInitialEnd`), then what happens. */
  readonly sendsInitial?: boolean;
  /** The server is known to send bookmarks, so their absence is a silence. Default: it shows by the first one. */
  readonly hasBookmarks?: boolean;
  /** For this watch alone: it is kept until the watch has ended. */
  readonly signal: AbortSignal;
}

/** What one request is beside its kind. */
interface Request {
  readonly method: string;
  readonly path: string;
  readonly query?: Query;
  readonly body?: JsonObject | readonly JsonObject[];
  readonly contentType?: string;
  readonly options: CallOptions;
}

/** The client over HTTP. */
export class ApiClient implements KubernetesClient {
  readonly #options: ApiClientOptions;
  readonly #headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#headers = {
      accept: 'application/json',
      'user-agent': options.userAgent,
      ...(options.identity === undefined ? {} : impersonationHeaders(options.identity)),
    };
  }

  as(identity: Identity): ApiClient {
    return new ApiClient({ ...this.#options, identity });
  }

  async get(
    type: ResourceType,
    at: ObjectName,
    options: CallOptions = {},
  ): Promise<KubeObject | null> {
    const path = pathOf(type, at.namespace, at.name);
    try {
      const { text } = await this.#call(type, at, { method: 'GET', path, options });
      return decodeObject(type, text, show(type, at));
    } catch (thrown) {
      if (isFailure(thrown, 'kubernetes.not-found')) return null;
      throw thrown;
    }
  }

  async *pages(type: ResourceType, options: ListOptions = {}): AsyncIterable<ListPage> {
    const resource = showAll(type, options.namespace);
    let limit = options.limit ?? usualLimit;
    let next = '';
    for (;;) {
      let answer: Answer;
      try {
        answer = await this.#page(type, options, limit, next);
      } catch (thrown) {
        if (!isFailure(thrown, 'kubernetes.answer-too-large') || limit <= leastLimit) throw thrown;
        limit = Math.ceil(limit / 4);
        continue;
      }
      const decoded = decodePage(type, answer.text, resource);
      yield decoded.page;
      if (decoded.next === '') return;
      next = decoded.next;
    }
  }

  async list(type: ResourceType, options: ListOptions = {}): Promise<ListPage> {
    const items: KubeObject[] = [];
    let resourceVersion = '';
    for await (const page of this.pages(type, options)) {
      for (const item of page.items) items.push(item);
      resourceVersion = page.resourceVersion;
    }
    return { items, resourceVersion, isLast: true };
  }

  apply(
    type: ResourceType,
    at: ObjectName,
    body: JsonObject,
    options: ApplyOptions = {},
  ): Promise<Written> {
    const path = pathOf(type, at.namespace, at.name);
    const contentType = 'application/apply-patch+yaml';
    return this.#write(type, at, { method: 'PATCH', path, body, contentType, options });
  }

  create(
    type: ResourceType,
    namespace: string,
    body: JsonObject,
    options: WriteOptions = {},
  ): Promise<Written> {
    const meta = isJsonObject(body['metadata']) ? body['metadata'] : {};
    const name = typeof meta['name'] === 'string' ? meta['name'] : '';
    const path = pathOf(type, namespace);
    return this.#write(type, { namespace, name }, { method: 'POST', path, body, options });
  }

  update(
    type: ResourceType,
    at: ObjectName,
    body: JsonObject,
    options: WriteOptions = {},
  ): Promise<Written> {
    const path = pathOf(type, at.namespace, at.name);
    return this.#write(type, at, { method: 'PUT', path, body, options });
  }

  patch(
    type: ResourceType,
    at: ObjectName,
    patch: JsonObject | readonly JsonObject[],
    options: PatchOptions = {},
  ): Promise<Written> {
    const path = pathOf(type, at.namespace, at.name, options.subresource);
    const contentType = patchTypes[options.patchType ?? 'merge'];
    return this.#write(type, at, { method: 'PATCH', path, body: patch, contentType, options });
  }

  async delete(type: ResourceType, at: ObjectName, options: DeleteOptions): Promise<Deleted> {
    const { uid, resourceVersion, propagation = 'Background', gracePeriodSeconds } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      propagationPolicy: propagation,
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(options.dryRun === true ? { dryRun: ['All'] } : {}),
    };
    const path = pathOf(type, at.namespace, at.name);
    try {
      const { text } = await this.#call(type, at, { method: 'DELETE', path, body, options });
      const object = decodeDeleted(type, text, show(type, at));
      return object === null ? { kind: 'deleted' } : { kind: 'deleting', object };
    } catch (thrown) {
      if (isFailure(thrown, 'kubernetes.not-found')) return { kind: 'absent' };
      throw thrown;
    }
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent> {
    const events = queue<WatchEvent>();
    const own = linked(options.signal);
    try {
      const watch = await this.openWatch(type, { ...options, signal: own.signal }, events.push);
      watch.ended.then(events.end, events.fail);
      yield* events;
    } catch (thrown) {
      options.signal?.throwIfAborted();
      throw thrown;
    } finally {
      own.end();
    }
  }

  /** A watch whose events are given out at once, as they come; what informers are built on. */
  async openWatch(
    type: ResourceType,
    options: OpenWatchOptions,
    onEvent: (event: StreamEvent) => void,
  ): Promise<OpenWatch> {
    const { clock } = this.#options;
    const { namespace = '', signal, silenceMs } = options;
    const resource = showAll(type, namespace);
    const path = this.#path(pathOf(type, namespace), watchQuery(options));
    const headers = { ...this.#headers, accept: accept(options, 'PartialObjectMetadata') };
    const answer = await this.#open(type, { resource, path, headers, signal });
    return readWatch({
      answer,
      resource,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      isSecret: isSecret(type),
      silenceMs,
      hasBookmarks: options.hasBookmarks,
      clock,
      onEvent,
    });
  }

  async *logs(pod: ObjectName, options: LogStreamOptions = {}): AsyncIterable<string> {
    const own = linked(options.signal);
    const resource = show(podType, pod);
    const path = this.#path(pathOf(podType, pod.namespace, pod.name, 'log'), logQuery(options));
    const headers = { ...this.#headers, accept: '*/*' };
    try {
      const answer = await this.#open(podType, { resource, path, headers, signal: own.signal });
      yield* readLog(answer, resource);
    } catch (thrown) {
      options.signal?.throwIfAborted();
      throw thrown;
    } finally {
      own.end();
    }
  }

  async raw(request: RawRequest): Promise<RawAnswer> {
    const { body, contentType = 'application/json', signal } = request;
    const answer = await this.#options.caller.call({
      resource: request.path,
      isWrite: request.method !== 'GET',
      isSecret: false,
      method: request.method,
      path: `${this.#options.pathPrefix}${request.path}`,
      headers: {
        ...this.#headers,
        accept: request.accept ?? 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
      timeoutMs: request.timeoutMs ?? this.#options.requestTimeoutMs,
      signal,
      maxBytes: maxPageBytes,
      isBulk: true,
      takesAll: true,
    });
    const headers = Object.fromEntries(
      Object.entries(answer.headers).flatMap(([name, value]) =>
        value === undefined || name.startsWith(':') ? [] : [[name, String(value)]],
      ),
    );
    return { status: answer.status, headers, text: answer.text };
  }

  async #write(
    type: ResourceType,
    at: ObjectName,
    request: Request & { readonly options: ApplyOptions },
  ): Promise<Written> {
    const query = writeQuery(request.options);
    const answer = await this.#call(type, at, { ...request, query });
    return {
      object: decodeObject(type, answer.text, show(type, at)),
      created: answer.status === 201,
      warnings: answer.warnings,
    };
  }

  async #call(type: ResourceType, at: ObjectName, request: Request): Promise<Answer> {
    const { method, body, contentType = 'application/json', options } = request;
    const asked = this.#options.caller.call({
      ...base(type, show(type, at)),
      isWrite: method !== 'GET',
      method,
      path: this.#path(request.path, request.query ?? {}),
      headers:
        body === undefined ? this.#headers : { ...this.#headers, 'content-type': contentType },
      body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
      timeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs,
      signal: options.signal,
    });
    try {
      return await asked;
    } catch (thrown) {
      if (isFailure(thrown, 'kubernetes.kind-gone')) this.#options.onKindGone?.();
      throw thrown;
    }
  }

  #page(type: ResourceType, options: ListOptions, limit: number, next: string): Promise<Answer> {
    const { namespace = '' } = options;
    return this.#options.caller.call({
      ...base(type, showAll(type, namespace)),
      isWrite: false,
      isBulk: true,
      maxBytes: maxPageBytes,
      method: 'GET',
      path: this.#path(pathOf(type, namespace), pageQuery(options, limit, next)),
      headers: { ...this.#headers, accept: accept(options, 'PartialObjectMetadataList') },
      timeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs,
      signal: options.signal,
    });
  }

  #open(type: ResourceType, request: Pick<Call, 'resource' | 'path' | 'headers' | 'signal'>) {
    return this.#options.caller.open({
      ...base(type, request.resource),
      ...request,
      method: 'GET',
      isWrite: false,
      timeoutMs: openTimeoutMs,
    });
  }

  #path(path: string, query: Query): string {
    const text = new URLSearchParams(query).toString();
    return `${this.#options.pathPrefix}${path}${text === '' ? '' : `?${text}`}`;
  }
}

function base(type: ResourceType, resource: string) {
  return {
    resource,
    isSecret: isSecret(type),
    body: null,
    maxBytes: maxObjectBytes,
    isBulk: false,
  };
}

/** The words of the server may quote what is in it. */
function isSecret({ group, kind }: ResourceType): boolean {
  return group === '' && kind === 'Secret';
}

function accept({ metadataOnly }: { readonly metadataOnly?: boolean }, kind: string): string {
  const json = 'application/json';
  return metadataOnly === true ? `${json};as=${kind};g=meta.k8s.io;v=v1` : json;
}

function show({ group, kind }: ResourceType, { namespace, name }: ObjectName): string {
  return showResource({ group, kind, namespace, name });
}

function showAll(type: ResourceType, namespace: string | undefined): string {
  const where = namespace === undefined || namespace === '' ? '' : ` in ${namespace}`;
  return `${type.plural}${type.group === '' ? '' : `.${type.group}`}${where}`;
}
