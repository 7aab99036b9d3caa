import { notNeeded } from '../../../model/not-needed.ts';
import type { Clock } from '../../../system/clock.ts';
import type { KubeObject, ObjectName } from '../client/object.ts';
import { apiVersionOf } from '../client/resource-type.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Informer, Informers } from '../watch/informers.ts';
import type { Facts, Seen, TrimObject } from './facts.ts';

/** How long a look waits for a watch to be up to date before it asks the server itself. */
const patienceMs = 10_000;
/** The longest time that a watch may be behind a write of ours. */
const ownWriteMs = 30_000;

/** What a look without a request tells. `unsure`: ask the server. */
type Sighting =
  | { readonly kind: 'seen'; readonly seen: Seen }
  | { readonly kind: 'unseen' }
  | { readonly kind: 'unsure' };

interface OwnWrite {
  /** `null`: we removed it. */
  readonly seen: Seen | null;
  readonly uid: string;
  readonly atMs: number;
}

/** What watching knows, and our own writes until watching has them, too. */
export class Sightings {
  readonly #informers: Informers<Facts>;
  readonly #trim: TrimObject;
  readonly #clock: Clock;
  readonly #used = new Map<string, Informer<Facts>>();
  readonly #own = new Map<string, OwnWrite>();
  readonly #broken = new Set<string>();

  constructor(informers: Informers<Facts>, trim: TrimObject, clock: Clock) {
    this.#informers = informers;
    this.#trim = trim;
    this.#clock = clock;
    informers.subscribe((event) => {
      if (event.kind === 'interrupted') this.#broken.add(typeName(event.type));
      else if (event.kind === 'synced') this.#broken.delete(typeName(event.type));
      if (event.kind === 'set') this.#caughtUp(event.type, event.now);
      else if (event.kind === 'gone') this.#lost(event.type, event.before);
    });
  }

  async look(type: ResourceType, at: ObjectName, signal?: AbortSignal): Promise<Sighting> {
    const informer = this.#informerOf(type);
    if (!informer.isSynced()) {
      // A watch that broke comes back with its server, for which nobody waits here.
      if (this.#broken.has(typeName(type))) return { kind: 'unsure' };
      if (!(await this.#comesInTime(informer, signal))) return { kind: 'unsure' };
    }
    const watched = informer.get(at);
    const own = this.#own.get(placeOf(type, at));
    if (own !== undefined && this.#clock.monotonicMs() - own.atMs < ownWriteMs) {
      if (own.seen !== null && watched?.uid !== own.uid) return { kind: 'seen', seen: own.seen };
      if (own.seen !== null && watched !== null && isOlder(watched, own.seen))
        return { kind: 'seen', seen: own.seen };
      if (own.seen === null && watched?.uid === own.uid) return { kind: 'unsure' };
    }
    return watched === null ? { kind: 'unseen' } : { kind: 'seen', seen: watched };
  }

  /** The server's answer to a write of ours. */
  noteWritten(type: ResourceType, object: KubeObject): Seen {
    const seen = this.seenOf(object);
    const at = { namespace: seen.namespace, name: seen.name };
    this.#own.set(placeOf(type, at), { seen, uid: seen.uid, atMs: this.#clock.monotonicMs() });
    // The watch may have been quicker than the answer.
    const watched = this.#used.get(typeName(type))?.get(at) ?? null;
    if (watched !== null) this.#caughtUp(type, watched);
    return seen;
  }

  noteRemoved(type: ResourceType, at: ObjectName, uid: string): void {
    this.#own.set(placeOf(type, at), { seen: null, uid, atMs: this.#clock.monotonicMs() });
  }

  seenOf(object: KubeObject): Seen {
    const { metadata } = object;
    const facts = this.#trim(object);
    return {
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      ownedDigest: facts.baseline,
      isDeleting: metadata.deletionTimestamp !== undefined,
      extra: facts,
    };
  }

  /** Begins to watch a kind. */
  use(type: ResourceType): void {
    this.#informerOf(type);
  }

  #informerOf(type: ResourceType): Informer<Facts> {
    const name = typeName(type);
    let informer = this.#used.get(name);
    if (informer === undefined) {
      informer = this.#informers.use(type);
      this.#used.set(name, informer);
    }
    return informer;
  }

  async #comesInTime(informer: Informer<Facts>, signal: AbortSignal | undefined): Promise<boolean> {
    const late = new AbortController();
    const stop = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
    const timer = new AbortController();
    void this.#clock.sleep(patienceMs, timer.signal).then(() => late.abort());
    try {
      await informer.synced(stop);
      return true;
    } catch {
      signal?.throwIfAborted();
      return false;
    } finally {
      timer.abort(notNeeded);
    }
  }

  /** What somebody removed since we wrote it, or took our mark from: our write tells nothing any more. */
  #lost(type: ResourceType, before: Seen): void {
    const place = placeOf(type, before);
    const own = this.#own.get(place);
    if (own?.seen != null && own.uid === before.uid) this.#own.delete(place);
  }

  #caughtUp(type: ResourceType, now: Seen): void {
    const place = placeOf(type, now);
    const own = this.#own.get(place);
    if (own?.seen === null && own.uid !== now.uid) this.#own.delete(place);
    else if (own?.seen != null && own.uid === now.uid && !isOlder(now, own.seen))
      this.#own.delete(place);
  }
}

/** Versions are numbers that grow, see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions. */
function isOlder(left: Seen, right: Seen): boolean {
  const [one, other] = [left.resourceVersion, right.resourceVersion];
  return one.length === other.length ? one < other : one.length < other.length;
}

function typeName(type: ResourceType): string {
  return `${apiVersionOf(type)}/${type.plural}`;
}

function placeOf(type: ResourceType, at: ObjectName): string {
  return `${typeName(type)}/${at.namespace}/${at.name}`;
}
