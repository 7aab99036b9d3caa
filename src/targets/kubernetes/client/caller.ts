import { FairleadError } from '../../../model/error.ts';
import type { Clock } from '../../../system/clock.ts';
import type { Random } from '../../../system/random.ts';
import type { Credential, Credentials } from '../auth/credentials.ts';
import { header, readText } from './answer.ts';
import { outcomeUnknown, timedOut, unavailable } from './errors.ts';
import { isFailure, retryAfterMsOf, serverFailureOf } from './failure.ts';
import type { Reachability } from './reach.ts';
import type { Limiter } from './limiter.ts';
import { done } from './linked.ts';
import { refusalOf } from './refusal.ts';
import type { Asked } from './refusal.ts';
import { TransportError } from './transport.ts';
import type { Transport, TransportAnswer } from './transport.ts';

/** Between tries; doubles each time, the half of it by chance. Milliseconds. */
const firstPauseMs = 100;
const longestPauseMs = 5_000;
const maxTries = 6;

/** What stands before a server that is away says so by these; see RFC 9110, section 15.6. */
const saysAway: ReadonlySet<number> = new Set([502, 503, 504]);

/** One request, and how its answer is to be taken. */
export interface Call extends Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | null;
  /** For all tries and the pauses between them; of a long answer until it begins. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Most of the answer, unpacked. */
  readonly maxBytes: number;
  /** Long by nature: says nothing about how well the server is. */
  readonly isBulk: boolean;
  /** Gives back whatever is answered; default: only what has a status below 300. */
  readonly takesAll?: boolean;
}

/** A whole answer, unpacked. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Values of the `Warning` header. */
  readonly warnings: readonly string[];
  readonly headers: TransportAnswer['headers'];
}

interface CallerOptions {
  /** Who is called, for messages: the origin of its address. */
  readonly server: string;
  readonly transport: Transport;
  readonly reachability: Reachability;
  readonly credentials: Credentials;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly compression: boolean;
}

/** Makes calls: with credentials, a deadline, and as many tries as are safe. */
export class Caller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /** An answer with a status below 300. @throws FairleadError */
  async call(call: Call): Promise<Answer> {
    const deadline = new Deadline(this.#options.clock, call);
    const beganMs = this.#options.clock.monotonicMs();
    let before: Error | null = null;
    try {
      for (let tries = 1; ; tries++) {
        try {
          return await this.#once(call, deadline);
        } catch (thrown) {
          const late = this.#explain(call, deadline, thrown);
          // What an earlier try failed of says more than that there was no time for another one.
          const error: Error = isFailure(late, 'kubernetes.timed-out') ? (before ?? late) : late;
          before = error;
          this.#noteFailure(error, beganMs);
          const pauseMs = this.#pauseBefore(call, error, thrown, tries);
          if (pauseMs === null || pauseMs >= deadline.leftMs()) throw error;
          await this.#options.clock.sleep(pauseMs, deadline.signal);
          if (deadline.signal.aborted) throw error;
        }
      }
    } finally {
      deadline.end();
    }
  }

  /**
   * Begins a long answer: a watch, a log.
   *
   * @throws FairleadError where it has a status of 300 or more, or does not begin in time
   */
  async open(call: Call): Promise<TransportAnswer> {
    const { clock, reachability } = this.#options;
    const deadline = new Deadline(clock, call);
    const beganMs = clock.monotonicMs();
    // The answer lives on after it has begun; only the caller ends it then.
    const lifetime = new AbortController();
    const stop = (): void => lifetime.abort(deadline.signal.reason ?? call.signal?.reason);
    const onAbort = (): void => lifetime.abort(call.signal?.reason);
    deadline.signal.addEventListener('abort', stop, { once: true });
    try {
      const answer = await this.#send(call, lifetime.signal, 'watch');
      if (answer.status >= 300) throw refusalOf(call, await readRefusal(answer, call));
      deadline.signal.removeEventListener('abort', stop);
      if (call.signal?.aborted === true) onAbort();
      else call.signal?.addEventListener('abort', onAbort, { once: true });
      const { body } = answer;
      const read: typeof body.read = ({ data, ...handlers }) =>
        body.read({
          ...handlers,
          data: (chunk) => {
            reachability.noteSeen();
            data(chunk);
          },
        });
      const heard = {
        read,
        pause: () => body.pause(),
        resume: () => body.resume(),
        cancel: () => body.cancel(),
      };
      const { status, headers } = answer;
      return { status, headers, body: heard, isAlive: (maxAgeMs) => answer.isAlive(maxAgeMs) };
    } catch (thrown) {
      const error = this.#explain(call, deadline, thrown);
      this.#noteFailure(error, beganMs);
      throw error;
    } finally {
      deadline.end();
    }
  }

  async #once(call: Call, deadline: Deadline): Promise<Answer> {
    const { limiter, clock } = this.#options;
    await limiter.enter(deadline.signal);
    const startedMs = clock.monotonicMs();
    let isOverloaded = false;
    let isAnswered = false;
    try {
      const answer = await this.#send(call, deadline.signal, 'call');
      if (answer.status >= 300 && call.takesAll !== true) {
        isOverloaded = answer.status === 429;
        throw refusalOf(call, await readRefusal(answer, call));
      }
      const text = await readText(answer, call);
      isAnswered = !call.isBulk;
      return {
        status: answer.status,
        text,
        warnings: warningsIn(header(answer, 'warning')),
        headers: answer.headers,
      };
    } finally {
      limiter.leave(
        isOverloaded
          ? { kind: 'overloaded' }
          : isAnswered
            ? { kind: 'answered', latencyMs: clock.monotonicMs() - startedMs }
            : { kind: 'other' },
      );
    }
  }

  /** Sends it, a second time with other credentials where the first are refused: the server does nothing before. */
  async #send(call: Call, signal: AbortSignal, kind: 'call' | 'watch'): Promise<TransportAnswer> {
    const { credentials } = this.#options;
    const used = await credentials.current();
    const answer = await this.#sendAs(call, signal, kind, used);
    if (answer.status !== 401 || !(await credentials.renew(used).catch(() => false))) return answer;
    answer.body.cancel();
    return await this.#sendAs(call, signal, kind, await credentials.current());
  }

  async #sendAs(
    call: Call,
    signal: AbortSignal,
    kind: 'call' | 'watch',
    credential: Credential,
  ): Promise<TransportAnswer> {
    const { transport, compression, reachability } = this.#options;
    const { authorization } = credential;
    const answer = await transport.send(
      {
        method: call.method,
        path: call.path,
        headers: {
          ...(compression && kind === 'call' ? { 'accept-encoding': 'gzip' } : {}),
          ...(call.headers as Record<string, string | string[]>),
          ...(authorization === null ? {} : { authorization }),
        },
        body: call.body,
        kind,
        signal,
      },
      credential,
    );
    if (!saysAway.has(answer.status)) reachability.noteSeen();
    return answer;
  }

  /** Only what reached nobody says that the server is away. */
  #noteFailure(error: Error, beganMs: number): void {
    if (isFailure(error, 'kubernetes.unavailable') || isFailure(error, 'kubernetes.timed-out'))
      this.#options.reachability.noteAway(error, beganMs);
  }

  /** What failed, in our words. */
  #explain(call: Call, deadline: Deadline, thrown: unknown): FairleadError | Error {
    const isLost = thrown instanceof TransportError;
    const mayHaveActed = isLost && thrown.mayHaveActed && call.isWrite;
    const { resource } = call;
    if (mayHaveActed) {
      const why = deadline.isOver
        ? 'no answer in time'
        : deadline.isAborted
          ? 'it was stopped'
          : thrown.message;
      return outcomeUnknown({ message: `${resource}: ${why}`, resource, cause: thrown });
    }
    if (deadline.isAborted) return deadline.reason;
    // What is known of it says more than that it took too long: a login program that failed, or the server's refusal.
    if (deadline.isOver && thrown instanceof FairleadError) return thrown;
    if (deadline.isOver)
      return timedOut({
        message: `${resource}: no answer from ${this.#options.server} within ${call.timeoutMs / 1000} s`,
        resource,
        cause: thrown,
      });
    if (isLost)
      return unavailable({ message: `${resource}: ${thrown.message}`, resource, cause: thrown });
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }

  /** How long to wait before the next try; `null`: there is none. */
  #pauseBefore(call: Call, error: Error, thrown: unknown, tries: number): number | null {
    if (tries >= maxTries) return null;
    // 429 is said before anything is done.
    const isRefused = isFailure(error, 'kubernetes.too-many-requests');
    const isUnavailable = isFailure(error, 'kubernetes.unavailable');
    const isServerError = isFailure(error, 'kubernetes.server-error');
    // What never reached the server is `unavailable`, too; after 503 a write is safe where the server asks for it.
    const wasSent = serverFailureOf(error) !== null;
    const isSafeWrite = isUnavailable && (!wasSent || retryAfterMsOf(error) !== null);
    const mayTry = isRefused || (call.isWrite ? isSafeWrite : isUnavailable || isServerError);
    if (!mayTry) return null;
    // A refused stream is no sign of trouble: the connection was about to end.
    const isAtOnce = tries === 1 && thrown instanceof TransportError;
    const longestMs = isAtOnce ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** tries);
    const pauseMs = longestMs / 2 + (longestMs / 2) * this.#options.random.fraction();
    return Math.max(pauseMs, retryAfterMsOf(error) ?? 0);
  }
}

/** The end of a call: of its time, or of the wish for it. */
class Deadline {
  readonly signal: AbortSignal;
  readonly #control = new AbortController();
  readonly #clock: Clock;
  readonly #endsMs: number;
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#control.abort(this.#outer?.reason);
  #isDone = false;

  constructor(clock: Clock, call: Pick<Call, 'timeoutMs' | 'signal'>) {
    this.#clock = clock;
    this.#outer = call.signal;
    this.#endsMs = clock.monotonicMs() + call.timeoutMs;
    this.signal = this.#control.signal;
    call.signal?.throwIfAborted();
    call.signal?.addEventListener('abort', this.#onAbort, { once: true });
    void clock.sleep(call.timeoutMs, this.signal).then(() => {
      if (!this.#isDone) this.#control.abort(new Error('no answer in time'));
    });
  }

  get isAborted(): boolean {
    return this.#outer?.aborted === true;
  }

  get reason(): Error {
    const reason: unknown = this.#outer?.reason;
    return reason instanceof Error ? reason : new Error(String(reason));
  }

  /** Whether the time is up. */
  get isOver(): boolean {
    return this.signal.aborted && !this.isAborted && !this.#isDone;
  }

  leftMs(): number {
    return this.#endsMs - this.#clock.monotonicMs();
  }

  end(): void {
    this.#isDone = true;
    this.#outer?.removeEventListener('abort', this.#onAbort);
    this.#control.abort(done);
  }
}

async function readRefusal(answer: TransportAnswer, call: Call) {
  const text = await readText(answer, { maxBytes: 1024 * 1024, resource: call.resource });
  return { status: answer.status, text, retryAfter: header(answer, 'retry-after') };
}

/** Texts of `299 - "text"`, several joined by commas. See RFC 9111 (obsolete), RFC 7234, section 5.5. */
function warningsIn(value: string): readonly string[] {
  return [...value.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll(/\\(.)/g, '$1'),
  );
}
