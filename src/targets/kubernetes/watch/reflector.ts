import { FairleadError } from '../../../model/error.ts';
import type { Clock } from '../../../system/clock.ts';
import type { Random } from '../../../system/random.ts';
import type { ApiClient } from '../client/api-client.ts';
import { isFailure, retryAfterMsOf } from '../client/failure.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { OpenWatch, StreamEvent } from '../client/watch-stream.ts';

/** Pauses between tries: the first, doubled each time, up to the last. A half of each is chance. Milliseconds. */
const firstPauseMs = 200;
const longestPauseMs = 30_000;

/** For what no time mends (forbidden, no such kind). */
const hopelessPauseMs = 60_000;

/** A watch that lived so long was none of a row of failures. */
const goodAfterMs = 10_000;

/** Servers that know no streamed lists leave out the bookmark at its end; the first object comes sooner than that. */
const streamPatienceMs = 15_000;

/** What becomes known, in order. */
interface ReflectorHandlers {
  /** All that is there is told anew now, up to `synced`. */
  begin(): void;
  set(object: KubeObject): void;
  /** Deleted, or not selected any more. */
  gone(object: KubeObject): void;
  synced(): void;
  /** Called once until `synced`. */
  interrupted(error: Error): void;
}

interface ReflectorOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly type: ResourceType;
  /** Default all. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly handlers: ReflectorHandlers;
}

/**
 * Keeps somebody informed of all objects of one kind: what is there, then every change, across broken connections. Goes on
 * from the last state that it knows where the server still has it, and begins anew where not (410).
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #watch: OpenWatch | null = null;
  #isSynced = false;
  #isInterrupted = false;
  /** The state that is known; empty: none. */
  #resourceVersion = '';
  /** Lists as streams (KEP-3157); until the server shows that it has none. */
  #streamsLists = true;
  #hasBookmarks = false;
  #failures = 0;
  #hopeless: FairleadError | null = null;
  #waiting: (() => void)[] = [];

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** See `Informer.synced`. */
  async synced(signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.#isSynced) return;
      if (this.#hopeless !== null) throw this.#hopeless;
      this.#closing.signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal?.removeEventListener('abort', done);
          resolve();
        };
        signal?.addEventListener('abort', done, { once: true });
        this.#waiting.push(done);
      });
    }
  }

  /** Whether it is synced over a connection that lived within the last `maxAgeMs`; asks the other side if need be. */
  async isFresh(maxAgeMs: number): Promise<boolean> {
    const watch = this.#watch;
    if (!this.#isSynced || watch === null) return false;
    return (await watch.isAlive(maxAgeMs)) && this.#isSynced && this.#watch === watch;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the watch was ended'));
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closing.signal.aborted) {
      const startedMs = clock.monotonicMs();
      let pauseMs = 0;
      try {
        await this.#once();
        const isShort = clock.monotonicMs() - startedMs < 1_000;
        // A server that ends every watch at once is not asked again at once.
        pauseMs = isShort ? this.#pause(null) : 0;
      } catch (thrown) {
        if (this.#closing.signal.aborted) return;
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        if (clock.monotonicMs() - startedMs > goodAfterMs) this.#failures = 0;
        const isExpired = isFailure(error, 'kubernetes.expired');
        // What is too old to go on from is listed anew at once; what is known stays known until then. So is what brings
        // nothing: of a state that a cluster has not reached, because it was restored from a backup, it never would.
        if (isExpired || isFailure(error, 'kubernetes.watch-silent')) this.#resourceVersion = '';
        if (!isExpired) pauseMs = this.#pause(error);
        this.#interrupt(error);
      }
      await clock.sleep(pauseMs, this.#closing.signal);
    }
  }

  /** One watch, from its begin to its end, with a list before it where no state is known. */
  async #once(): Promise<void> {
    const isAnew = this.#resourceVersion === '';
    const streams = isAnew && this.#streamsLists;
    if (isAnew && !streams) await this.#list();
    const control = new AbortController();
    const stop = (): void => control.abort(this.#closing.signal.reason);
    this.#closing.signal.addEventListener('abort', stop, { once: true });
    const { client, type, namespace, labelSelector, fieldSelector } = this.#options;
    const selection = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    const initial = streams ? new InitialEvents(this.#options, () => control.abort()) : null;
    try {
      if (streams) this.#options.handlers.begin();
      const watch = await client.openWatch(
        type,
        {
          ...selection,
          resourceVersion: this.#resourceVersion,
          sendsInitial: streams,
          hasBookmarks: this.#hasBookmarks,
          signal: control.signal,
        },
        (event) => this.#take(event, initial),
      );
      this.#watch = watch;
      if (!streams) await this.#resumed(watch);
      await watch.ended;
    } catch (thrown) {
      const isRefused =
        isFailure(thrown, 'kubernetes.invalid') || isFailure(thrown, 'kubernetes.bad-request');
      if (streams && (isRefused || initial?.hasGivenUp === true)) this.#streamsLists = false;
      throw thrown;
    } finally {
      this.#watch = null;
      initial?.stop();
      this.#closing.signal.removeEventListener('abort', stop);
      control.abort();
    }
  }

  #take(event: StreamEvent, initial: InitialEvents | null): void {
    const { handlers } = this.#options;
    initial?.see();
    switch (event.type) {
      case 'BOOKMARK':
        this.#hasBookmarks = true;
        this.#resourceVersion = event.resourceVersion;
        if (event.isInitialEnd !== true) return;
        initial?.end();
        return this.#sync();
      case 'DELETED':
        handlers.gone(event.object);
        break;
      case 'ADDED':
      case 'MODIFIED':
        handlers.set(event.object);
        break;
    }
    // Until all is told there is no state to go on from.
    if (initial === null || initial.isOver)
      this.#resourceVersion = event.object.metadata.resourceVersion;
  }

  /** All pages at one state. */
  async #list(): Promise<void> {
    const { client, type, namespace, labelSelector, fieldSelector, handlers } = this.#options;
    handlers.begin();
    const pages = client.pages(type, {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      signal: this.#closing.signal,
    });
    let resourceVersion = '';
    for await (const page of pages) {
      page.items.forEach((item) => handlers.set(item));
      resourceVersion = page.resourceVersion;
    }
    this.#resourceVersion = resourceVersion;
  }

  /** What happened meanwhile comes first; an answer of the connection comes after it. */
  async #resumed(watch: OpenWatch): Promise<void> {
    await watch.isAlive(0);
    if (this.#watch === watch) this.#sync();
  }

  #sync(): void {
    this.#isSynced = true;
    this.#isInterrupted = false;
    this.#hopeless = null;
    this.#failures = 0;
    this.#options.handlers.synced();
    this.#wake();
  }

  #interrupt(error: Error): void {
    this.#isSynced = false;
    const isHopeless =
      error instanceof FairleadError && (error.class === 'denied' || isKindGone(error));
    this.#hopeless = isHopeless ? error : null;
    if (isHopeless) this.#wake();
    if (this.#isInterrupted) return;
    this.#isInterrupted = true;
    this.#options.handlers.interrupted(error);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach((resolve) => resolve());
  }

  #pause(error: Error | null): number {
    this.#failures += 1;
    const isHopeless =
      error instanceof FairleadError && (error.class === 'denied' || isKindGone(error));
    const doubledMs = Math.min(
      longestPauseMs,
      firstPauseMs * 2 ** Math.min(this.#failures - 1, 16),
    );
    const longestMs = isHopeless && this.#failures > 3 ? hopelessPauseMs : doubledMs;
    const pauseMs = longestMs / 2 + (longestMs / 2) * this.#options.random.fraction();
    return Math.max(pauseMs, retryAfterMsOf(error) ?? 0);
  }
}

function isKindGone(error: Error): boolean {
  return isFailure(error, 'kubernetes.kind-gone');
}

/** The part of a streamed list before its end. Gives up when nothing comes any more and the end was not told. */
class InitialEvents {
  isOver = false;
  hasGivenUp = false;
  #hasSeen = false;
  readonly #timer = new AbortController();

  constructor({ clock }: Pick<ReflectorOptions, 'clock'>, giveUp: () => void) {
    const listen = async (): Promise<void> => {
      do {
        this.#hasSeen = false;
        await clock.sleep(streamPatienceMs, this.#timer.signal);
      } while (this.#hasSeen && !this.#timer.signal.aborted);
      if (this.#timer.signal.aborted) return;
      this.hasGivenUp = true;
      giveUp();
    };
    void listen();
  }

  see(): void {
    this.#hasSeen = true;
  }

  end(): void {
    this.isOver = true;
    this.stop();
  }

  stop(): void {
    this.#timer.abort();
  }
}
