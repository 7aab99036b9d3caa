import { FairleadError } from '../../../model/error.ts';
import type { Clock } from '../../../system/clock.ts';

/**
 * How long a server that did not answer is not asked again: at least as long as it took to find out, and twice as long each
 * time, up to the longest.
 */
const firstMs = 1_000;
const longestMs = 15_000;

/** Without credentials nobody gets in either, and a program that gives them and hangs would be waited for by everybody. */
const signs: ReadonlySet<string> = new Set([
  'kubernetes.unavailable',
  'kubernetes.timed-out',
  'kubernetes.credential-plugin-failed',
]);

/**
 * Remembers that the server does not answer; then one asks at a time, now and then, and everybody else is told at once.
 * Hundreds of applications of a cluster that is away would else each wait for it, each at a place in the controller's
 * queue, and hold up those of other clusters.
 */
export class Outage {
  readonly #clock: Clock;
  #error: FairleadError | null = null;
  #untilMs = 0;
  #pauseMs = firstMs;
  #isTrying = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs what asks the server. @throws FairleadError why the server was not reached the last time, instead of asking */
  async ask<T>(body: () => Promise<T>): Promise<T> {
    const known = this.#error;
    if (known !== null) {
      if (this.#isTrying || this.#clock.monotonicMs() < this.#untilMs) throw known;
      this.#isTrying = true;
    }
    const startedMs = this.#clock.monotonicMs();
    try {
      const answer = await body();
      this.#error = null;
      this.#pauseMs = firstMs;
      return answer;
    } catch (thrown) {
      this.#note(thrown, startedMs);
      throw thrown;
    } finally {
      if (known !== null) this.#isTrying = false;
    }
  }

  #note(thrown: unknown, startedMs: number): void {
    if (!(thrown instanceof FairleadError) || !signs.has(thrown.code)) return;
    const nowMs = this.#clock.monotonicMs();
    // Those that were under way together failed of the same.
    if (this.#error !== null && nowMs < this.#untilMs) return;
    this.#error = thrown;
    this.#untilMs = nowMs + Math.min(longestMs, Math.max(this.#pauseMs, nowMs - startedMs));
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestMs);
  }
}
