import type { FairleadError } from '../../../model/error.ts';
import type { Reach } from '../../../model/reach.ts';
import type { Clock } from '../../../system/clock.ts';

/**
 * Whether a server answers, by what is asked of it anyhow: each answer and each line of a watch is a sign of life, and so is a
 * refusal. One call that gets none says that the server is away only where nothing else was heard of it meanwhile.
 */
export class Reachability {
  readonly #clock: Clock;
  #seenMs: number | null = null;
  #reach: Reach = { lastSeenAtMs: null, away: null };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get reach(): Reach {
    return this.#reach;
  }

  /** It has said something. */
  noteSeen(): void {
    this.#seenMs = this.#clock.monotonicMs();
    this.#reach = { lastSeenAtMs: this.#clock.nowMs(), away: null };
  }

  /** It has not answered what was asked since `beganMs` (monotonic). */
  noteAway({ code, message, hint }: FairleadError, beganMs: number): void {
    if (this.#seenMs !== null && this.#seenMs > beganMs) return;
    const sinceMs = this.#reach.away?.sinceMs ?? this.#clock.nowMs();
    this.#reach = { ...this.#reach, away: { sinceMs, code, message, hint } };
  }
}
