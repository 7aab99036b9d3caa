import type { JsonObject } from '../../../src/model/json.ts';
import { mayDo } from './access.ts';
import { discovery } from './discovery.ts';
import type { Kind } from './kind.ts';
import { builtIn } from './kinds.ts';
import { Objects } from './objects.ts';
import type { ObjectsOptions, Write } from './objects.ts';
import { parsePath } from './request.ts';
import type { ApiAnswer, ApiRequest, Asked } from './request.ts';
import { shown } from './selection.ts';
import { forbidden, noPath, notFound, refuse } from './status.ts';
import type { Refusal } from './status.ts';
import type { Storage } from './storage.ts';
import { numberAt, objectAt, set, textAt } from './value.ts';
import { openWatch } from './watches.ts';
import type { WatchEvent } from './watches.ts';

export const usualEstablishMs = 800;

/**
 * A Kubernetes API server in memory, as far as Fairlead speaks to one: it answers one request after the other, at once.
 * What it says is compared with a real server's words in `test/kubernetes/model.test.ts`.
 */
export class Cluster {
  readonly objects: Objects;
  /** Kinds that definitions have brought, and that are served by now. */
  readonly custom = new Map<string, readonly Kind[]>();
  /** How long a definition takes to bring its kind, about. Milliseconds. */
  establishMs = usualEstablishMs;
  /** Group versions whose API does not answer. */
  readonly stale = new Set<string>();
  /** What is left of lists that are asked for page by page. */
  readonly #pages = new Map<string, { readonly items: readonly JsonObject[]; version: string }>();
  #pageCount = 0;

  constructor(options: ObjectsOptions) {
    this.objects = new Objects(options);
  }

  get storage(): Storage {
    return this.objects.storage;
  }

  /** Each kind once, whatever its versions. */
  get kinds(): readonly Kind[] {
    return [...builtIn, ...[...this.custom.values()].flatMap(([stored]) => stored ?? [])];
  }

  /** Each kind in each version. */
  get served(): readonly Kind[] {
    return [...builtIn, ...[...this.custom.values()].flat()];
  }

  kindOf(group: string, kind: string): Kind | null {
    return this.kinds.find((one) => one.group === group && one.kind === kind) ?? null;
  }

  /** Forgets the history: who wants to go on from before has to list anew. */
  compact(): void {
    this.storage.compact();
    this.#pages.clear();
  }

  handle(request: ApiRequest): ApiAnswer {
    const told = discovery(this, request);
    if (told !== null) return told;
    const asked = parsePath(request.path);
    const refused = asked === null ? null : this.#forbidden(request, asked);
    if (refused !== null) return refused;
    const kind = asked === null ? null : this.#served(asked);
    if (asked === null || kind === null) return this.#nothing(asked);
    return this.#answer(kind, asked, request);
  }

  /** Begins a watch. @returns the end of it, or why there is none */
  watch(
    request: ApiRequest,
    send: (event: WatchEvent) => void,
  ): { readonly kind: 'open'; readonly of: Kind; readonly end: () => void } | Refusal {
    const asked = parsePath(request.path);
    const refused = asked === null ? null : this.#forbidden(request, asked);
    if (refused !== null) return refused;
    const kind = asked === null ? null : this.#served(asked);
    if (asked === null || kind === null) return this.#nothing(asked);
    const { query } = asked;
    const sendsInitial = query.get('sendInitialEvents') === 'true';
    if (sendsInitial && query.get('resourceVersionMatch') !== 'NotOlderThan')
      return refuse(422, 'Invalid', 'sendInitialEvents requires resourceVersionMatch NotOlderThan');
    const version = Number(query.get('resourceVersion') ?? '0');
    const end = openWatch(
      this.storage,
      { kind, selection: selectionOf(asked), version, sendsInitial },
      ({ type, object }) =>
        send({ type, object: type === 'ERROR' ? object : shown(object, request.accept) }),
    );
    return { kind: 'open', of: kind, end };
  }

  /** What somebody may not do, whether or not it is there. Who applies what is not there has to be allowed to make it. */
  #forbidden({ method, contentType, actor }: ApiRequest, asked: Asked): Refusal | null {
    const { user } = actor;
    if (user === undefined) return null;
    const { group, plural, subresource, name, namespace = '' } = asked;
    const resource = subresource === '' ? plural : `${plural}/${subresource}`;
    const verbs = [verbOf(method, asked)];
    const kind = this.#served(asked);
    const isApplied = contentType.startsWith('application/apply-patch');
    if (isApplied && kind !== null && this.objects.find({ kind, namespace, name }) === null)
      verbs.push('create');
    const isRefused = verbs.some(
      (verb) => !mayDo(this.storage, user, { verb, group, resource, namespace, name }),
    );
    return isRefused ? forbidden(user.name, { group, plural, name }) : null;
  }

  /** A group that nobody serves is answered by somebody who knows no JSON. */
  #nothing(asked: Asked | null): Refusal {
    const isKnown = this.served.some(
      ({ group, version }) => group === asked?.group && version === asked.version,
    );
    return isKnown ? noPath() : { status: 404, body: { text: '404 page not found\n' } };
  }

  #served({ group, version, plural }: Asked): Kind | null {
    return (
      this.served.find(
        (kind) => kind.group === group && kind.version === version && kind.plural === plural,
      ) ?? null
    );
  }

  #answer(kind: Kind, asked: Asked, request: ApiRequest): ApiAnswer {
    const { name, query } = asked;
    const at = { kind, namespace: asked.namespace ?? '', name };
    const write = {
      ...at,
      subresource: asked.subresource,
      manager: query.get('fieldManager') ?? (request.actor.name || 'unknown'),
      dryRun: query.get('dryRun') === 'All',
      force: query.get('force') === 'true',
      actor: request.actor,
      body: request.body ?? {},
    };
    if (asked.subresource === 'scale') return this.#scale(write, request.method);
    switch (request.method) {
      case 'GET':
        return name === ''
          ? this.#list(kind, asked, request.accept)
          : asShown(this.objects.get(at), request.accept);
      case 'POST':
        return this.objects.create({
          ...write,
          name: textAt(request.body ?? {}, 'metadata', 'name'),
        });
      case 'PUT':
        return this.objects.update(write);
      case 'PATCH':
        return request.contentType.startsWith('application/apply-patch')
          ? this.objects.apply(write)
          : this.objects.patch(write);
      case 'DELETE':
        return this.objects.delete({ ...write, options: request.body ?? {} });
      default:
        return refuse(405, 'MethodNotAllowed', 'the server does not allow this method');
    }
  }

  /** How many pods a workload has, read and written by itself. */
  #scale(write: Write, method: string): ApiAnswer {
    const live = this.objects.find(write);
    if (live === null) return notFound(write.kind, write.name);
    if (method === 'GET') return { status: 200, body: scaleOf(live) };
    const replicas = numberAt(write.body, 'spec', 'replicas') ?? 0;
    const body = set(live, ['spec', 'replicas'], replicas);
    const answer = this.objects.update({ ...write, body });
    return answer.status === 200 ? { ...answer, body: scaleOf(answer.body) } : answer;
  }

  #list(kind: Kind, asked: Asked, accept: string): ApiAnswer {
    const { query } = asked;
    const limit = Number(query.get('limit') ?? '0') || Number.POSITIVE_INFINITY;
    const token = query.get('continue');
    const rest = token === null ? null : this.#pages.get(token);
    if (rest === undefined) {
      const why =
        'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.';
      return refuse(410, 'Expired', why);
    }
    const selection = selectionOf(asked);
    const all = rest?.items ?? this.objects.select(kind, selection);
    const version = rest?.version ?? String(this.storage.version);
    const items = all.slice(0, limit);
    const further = all.slice(limit);
    let next = '';
    if (further.length > 0) {
      this.#pageCount += 1;
      next = `page-${this.#pageCount}`;
      this.#pages.set(next, { items: further, version });
    }
    const isPartial = accept.includes('as=PartialObjectMetadataList');
    const list: JsonObject = isPartial
      ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
      : {
          kind: `${kind.kind}List`,
          apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
        };
    const metadata = {
      resourceVersion: version,
      ...(next === '' ? {} : { continue: next, remainingItemCount: further.length }),
    };
    return {
      status: 200,
      body: { ...list, metadata, items: items.map((one) => itemOf(kind, one, accept)) },
    };
  }
}

function scaleOf(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const kept = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'];
  const labels = objectAt(object, 'spec', 'selector', 'matchLabels');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(
      Object.entries(metadata).filter(([member]) => kept.includes(member)),
    ),
    spec: { replicas: numberAt(object, 'spec', 'replicas') ?? 0 },
    status: {
      replicas: numberAt(object, 'status', 'replicas') ?? 0,
      selector: Object.keys(labels)
        .map((label) => `${label}=${textAt(labels, label)}`)
        .join(','),
    },
  };
}

function verbOf(method: string, { name, query }: Asked): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'GET':
      if (query.get('watch') === 'true') return 'watch';
      return name === '' ? 'list' : 'get';
    default:
      return method.toLowerCase();
  }
}

function asShown({ status, body }: ApiAnswer, accept: string): ApiAnswer {
  return status === 200 ? { status, body: shown(body, accept) } : { status, body };
}

/** Items of lists of built-in kinds do not say what they are. */
function itemOf(kind: Kind, object: JsonObject, accept: string): JsonObject {
  if (accept.includes('as=PartialObjectMetadata') || !builtIn.includes(kind))
    return shown(object, accept);
  const { apiVersion: _version, kind: _kind, ...rest } = object;
  return rest;
}

function selectionOf({ namespace, query }: Asked) {
  return {
    namespace,
    labels: query.get('labelSelector') ?? '',
    fields: query.get('fieldSelector') ?? '',
  };
}
