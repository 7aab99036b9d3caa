import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import { fieldManager } from '../names.ts';
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
import { answerInvalid } from './errors.ts';
import { isFailure } from './failure.ts';
import { impersonationHeaders } from './impersonation.ts';
import { readLog } from './log-stream.ts';
import type { KubeObject, ObjectName } from './object.ts';
import { queue } from './queue.ts';
import { apiVersionOf, pathOf } from './resource-type.ts';
import type { ResourceType } from './resource-type.ts';
import { named, readWatch } from './watch-stream.ts';
import type { OpenWatch, StreamEvent } from './watch-stream.ts';

/** Largest answers, unpacked, in bytes: one object, and a page of them. */
const maxObjectBytes = 16 * 1024 * 1024;
const maxPageBytes = 128 * 1024 * 1024;

/** A page smaller than this is not worth to be made smaller still. */
const leastLimit = 8;

/** How long a watch or a log may take to begin. */
const openTimeoutMs = 30_000;

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

const pod: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  verbs: ['get'],
  subresources: ['log'],
};

export interface ApiClientOptions {
  readonly caller: Caller;
  readonly clock: Clock;
  /** A path before all others; empty for none. */
  readonly pathPrefix: string;
  readonly identity: Identity | undefined;
  readonly requestTimeoutMs: number;
  readonly userAgent: string;
}

/** What a watch that informers hold takes beside what everybody can ask for. */
export interface OpenWatchOptions extends Omit<WatchOptions, 'signal'> {
  /** Sends all that is there as `ADDED` first, then a bookmark that says so (`isInitialEnd`), then what happens. */
  readonly sendsInitial?: boolean;
  /** For this watch alone: it is kept until the watch has ended. */
  readonly signal: AbortSignal;
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
      const answer = await this.#call(type, at, { method: 'GET', path, options });
      return this.#object(type, at, answer);
    } catch (thrown) {
      if (isFailure(thrown, 'kubernetes.not-found')) return null;
      throw thrown;
    }
  }

  async *pages(type: ResourceType, options: ListOptions = {}): AsyncIterable<ListPage> {
    let limit = options.limit ?? 500;
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
      const { page, more } = this.#readPage(type, options, answer);
      yield page;
      if (more === '') return;
      next = more;
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
    const query = { ...writeQuery(options), ...(options.force === true ? { force: 'true' } : {}) };
    return this.#write(type, at, body, {
      method: 'PATCH',
      path: pathOf(type, at.namespace, at.name),
      query,
      contentType: 'application/apply-patch+yaml',
      options,
    });
  }

  create(
    type: ResourceType,
    namespace: string,
    body: JsonObject,
    options: WriteOptions = {},
  ): Promise<Written> {
    const meta = isJsonObject(body['metadata']) ? body['metadata'] : {};
    const name = typeof meta['name'] === 'string' ? meta['name'] : '';
    return this.#write(type, { namespace, name }, body, {
      method: 'POST',
      path: pathOf(type, namespace),
      query: writeQuery(options),
      contentType: 'application/json',
      options,
    });
  }

  update(
    type: ResourceType,
    at: ObjectName,
    body: JsonObject,
    options: WriteOptions = {},
  ): Promise<Written> {
    return this.#write(type, at, body, {
      method: 'PUT',
      path: pathOf(type, at.namespace, at.name),
      query: writeQuery(options),
      contentType: 'application/json',
      options,
    });
  }

  patch(
    type: ResourceType,
    at: ObjectName,
    patch: JsonObject | readonly JsonObject[],
    options: PatchOptions = {},
  ): Promise<Written> {
    return this.#write(type, at, patch, {
      method: 'PATCH',
      path: pathOf(type, at.namespace, at.name, options.subresource),
      query: writeQuery(options),
      contentType: patchTypes[options.patchType ?? 'merge'],
      options,
    });
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
    try {
      const answer = await this.#call(type, at, {
        method: 'DELETE',
        path: pathOf(type, at.namespace, at.name),
        body,
        options,
      });
      const value = parseObject(answer.text, this.#show(type, at));
      const isThere = value['kind'] !== 'Status' && isJsonObject(value['metadata']);
      const object = named(value, apiVersionOf(type), type.kind);
      // Without finalizers the answer is the object as it was last.
      const stays = isThere && object.metadata.deletionTimestamp !== undefined;
      return stays ? { kind: 'deleting', object } : { kind: 'deleted' };
    } catch (thrown) {
      if (isFailure(thrown, 'kubernetes.not-found')) return { kind: 'absent' };
      throw thrown;
    }
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent> {
    const control = new AbortController();
    const stop = (): void => control.abort(options.signal?.reason);
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', stop, { once: true });
    const events = queue<WatchEvent>();
    const { signal } = control;
    try {
      const watch = await this.openWatch(type, { ...options, signal }, events.push);
      watch.ended.then(events.end, events.fail);
      yield* events;
    } catch (thrown) {
      options.signal?.throwIfAborted();
      throw thrown;
    } finally {
      options.signal?.removeEventListener('abort', stop);
      control.abort();
    }
  }

  /** A watch whose events are given out at once, as they come; what informers are built on. */
  async openWatch(
    type: ResourceType,
    options: OpenWatchOptions,
    onEvent: (event: StreamEvent) => void,
  ): Promise<OpenWatch> {
    const { clock } = this.#options;
    const resource = this.#showAll(type, options.namespace);
    const { sendsInitial = false, timeoutSeconds } = options;
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      ...selectors(options),
      ...(options.resourceVersion === '' ? {} : { resourceVersion: options.resourceVersion }),
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds: String(timeoutSeconds) }),
      ...(sendsInitial ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : {}),
    };
    const answer = await this.#options.caller.open({
      ...this.#base(type, resource),
      method: 'GET',
      path: this.#path(pathOf(type, options.namespace ?? ''), query),
      headers: { ...this.#headers, accept: accept(options, 'PartialObjectMetadata') },
      timeoutMs: openTimeoutMs,
      signal: options.signal,
      isWrite: false,
    });
    const { silenceMs } = options;
    return readWatch({
      answer,
      resource,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      isSecret: isSecret(type),
      silenceMs,
      clock,
      onEvent,
    });
  }

  async *logs(at: ObjectName, options: LogStreamOptions = {}): AsyncIterable<string> {
    const control = new AbortController();
    const stop = (): void => control.abort(options.signal?.reason);
    options.signal?.throwIfAborted();
    options.signal?.addEventListener('abort', stop, { once: true });
    const resource = this.#show(pod, at);
    try {
      const answer = await this.#options.caller.open({
        ...this.#base(pod, resource),
        method: 'GET',
        path: this.#path(pathOf(pod, at.namespace, at.name, 'log'), logQuery(options)),
        headers: { ...this.#headers, accept: '*/*' },
        timeoutMs: openTimeoutMs,
        signal: control.signal,
        isWrite: false,
      });
      yield* readLog(answer, resource);
    } catch (thrown) {
      options.signal?.throwIfAborted();
      throw thrown;
    } finally {
      options.signal?.removeEventListener('abort', stop);
      control.abort();
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
    body: JsonObject | readonly JsonObject[],
    request: {
      readonly method: string;
      readonly path: string;
      readonly query: Readonly<Record<string, string>>;
      readonly contentType: string;
      readonly options: CallOptions;
    },
  ): Promise<Written> {
    const answer = await this.#call(type, at, { ...request, body });
    return {
      object: this.#object(type, at, answer),
      created: answer.status === 201,
      warnings: answer.warnings,
    };
  }

  #call(
    type: ResourceType,
    at: ObjectName,
    request: {
      readonly method: string;
      readonly path: string;
      readonly query?: Readonly<Record<string, string>>;
      readonly body?: JsonObject | readonly JsonObject[];
      readonly contentType?: string;
      readonly options: CallOptions;
    },
  ): Promise<Answer> {
    const { method, body, contentType = 'application/json', options } = request;
    return this.#options.caller.call({
      ...this.#base(type, this.#show(type, at)),
      isWrite: method !== 'GET',
      method,
      path: this.#path(request.path, request.query ?? {}),
      headers:
        body === undefined ? this.#headers : { ...this.#headers, 'content-type': contentType },
      body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
      timeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs,
      signal: options.signal,
    });
  }

  #page(type: ResourceType, options: ListOptions, limit: number, next: string): Promise<Answer> {
    const { namespace, resourceVersion } = options;
    const query = {
      ...selectors(options),
      limit: String(limit),
      ...(next === ''
        ? resourceVersion === undefined
          ? {}
          : { resourceVersion }
        : { continue: next }),
    };
    return this.#options.caller.call({
      ...this.#base(type, this.#showAll(type, namespace)),
      isWrite: false,
      isBulk: true,
      maxBytes: maxPageBytes,
      method: 'GET',
      path: this.#path(pathOf(type, namespace ?? ''), query),
      headers: { ...this.#headers, accept: accept(options, 'PartialObjectMetadataList') },
      timeoutMs: options.timeoutMs ?? this.#options.requestTimeoutMs,
      signal: options.signal,
    });
  }

  #readPage(
    type: ResourceType,
    options: ListOptions,
    answer: Answer,
  ): { readonly page: ListPage; readonly more: string } {
    const resource = this.#showAll(type, options.namespace);
    const value = parseObject(answer.text, resource);
    const { items, metadata } = value;
    if (!isJsonObject(metadata) || (items !== null && !Array.isArray(items)))
      throw answerInvalid({ message: `${resource}: what came is no list`, resource });
    const { continue: next, resourceVersion } = metadata;
    const more = typeof next === 'string' ? next : '';
    const apiVersion = apiVersionOf(type);
    const list = (items ?? []) as readonly JsonObject[];
    return {
      more,
      page: {
        items: list.map((item) => named(item, apiVersion, type.kind)),
        resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
        isLast: more === '',
      },
    };
  }

  #object(type: ResourceType, at: ObjectName, answer: Answer): KubeObject {
    const resource = this.#show(type, at);
    const value = parseObject(answer.text, resource);
    if (isJsonObject(value['metadata'])) return named(value, apiVersionOf(type), type.kind);
    throw answerInvalid({ message: `${resource}: what came is no object`, resource });
  }

  #base(
    type: ResourceType,
    resource: string,
  ): Pick<Call, 'resource' | 'isSecret' | 'body' | 'maxBytes' | 'isBulk'> {
    const isOfSecrets = isSecret(type);
    return { resource, isSecret: isOfSecrets, body: null, maxBytes: maxObjectBytes, isBulk: false };
  }

  #path(path: string, query: Readonly<Record<string, string>>): string {
    const text = new URLSearchParams(query).toString();
    return `${this.#options.pathPrefix}${path}${text === '' ? '' : `?${text}`}`;
  }

  #show({ group, kind }: ResourceType, { namespace, name }: ObjectName): string {
    return showResource({ group, kind, namespace, name });
  }

  #showAll(type: ResourceType, namespace: string | undefined): string {
    const where = namespace === undefined || namespace === '' ? '' : ` in ${namespace}`;
    return `${type.plural}${type.group === '' ? '' : `.${type.group}`}${where}`;
  }
}

/** The words of the server may quote what is in it. */
function isSecret({ group, kind }: ResourceType): boolean {
  return group === '' && kind === 'Secret';
}

function accept({ metadataOnly }: { readonly metadataOnly?: boolean }, kind: string): string {
  const json = 'application/json';
  return metadataOnly === true ? `${json};as=${kind};g=meta.k8s.io;v=v1` : json;
}

function selectors(options: {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}): Readonly<Record<string, string>> {
  const { labelSelector, fieldSelector } = options;
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

function writeQuery(options: WriteOptions & { readonly force?: boolean }): Record<string, string> {
  return {
    fieldManager: options.fieldManager ?? fieldManager,
    fieldValidation: options.fieldValidation ?? 'Strict',
    ...(options.dryRun === true ? { dryRun: 'All' } : {}),
  };
}

function logQuery(options: LogStreamOptions): Readonly<Record<string, string>> {
  const { container, follow, tailLines, sinceSeconds, previous, timestamps } = options;
  return Object.fromEntries(
    Object.entries({ container, follow, tailLines, sinceSeconds, previous, timestamps }).flatMap(
      ([name, value]) => (value === undefined ? [] : [[name, String(value)]]),
    ),
  );
}

function parseObject(text: string, resource: string): JsonObject {
  let value: Json | undefined;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // Told below, without the text: it may hold a secret.
  }
  if (isJsonObject(value)) return value;
  throw answerInvalid({ message: `${resource}: what came is no JSON object`, resource });
}
