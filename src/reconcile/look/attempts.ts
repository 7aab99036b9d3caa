import type { RetryConfig } from '../../model/config.ts';
import type { ErrorRecord } from '../../model/error.ts';
import { retryDelayMs } from '../../release/backoff.ts';
import type { Clock } from '../../system/clock.ts';
import type { Random } from '../../system/random.ts';

/** What a release that failed has left undone, and why. */
export interface Undone {
  readonly error: ErrorRecord;
  /** Digests of changes; of a release that made everything and did not become healthy none. */
  readonly changes: ReadonlySet<string>;
  /** What was wanted then, see `wishOf`: another wish is another chance. */
  readonly wish: string;
}

/** Failures in a row of the same desired state, when the next attempt is due, and what is left undone until then. */
export class Attempts {
  #count = 0;
  #digest = '';
  #retryAtMs: number | null = null;
  #shownAtMs: number | null = null;
  #putOff: Undone | null = null;
  #givenUp: Undone | null = null;

  get count(): number {
    return this.#count;
  }

  /** Digest of the plan that failed last. */
  get digest(): string {
    return this.#digest;
  }

  /** When the next attempt is due; monotonic milliseconds. */
  get retryAtMs(): number | null {
    return this.#retryAtMs;
  }

  /** The same by the wall clock, as it is shown; `null` where none is to be expected. */
  get shownAtMs(): number | null {
    return this.#shownAtMs;
  }

  /** Failed and is tried again at `retryAtMs`, and no sooner because somebody looks. */
  get putOff(): Undone | null {
    return this.#putOff;
  }

  /**
   * Failed for good: only a commit, a person or another change at its place tries it again. `null` where nothing was
   * given up, or there was a new chance since.
   */
  get givenUp(): Undone | null {
    return this.#givenUp;
  }

  /** Whether a change failed, and is left alone until its time or a new chance. */
  isLeftUndone(digest: string): boolean {
    return (
      this.#givenUp?.changes.has(digest) === true || this.#putOff?.changes.has(digest) === true
    );
  }

  /** A new commit is a new chance: what failed before begins to count anew. */
  beginAnew(): void {
    this.#count = 0;
  }

  /** What was given up has a new chance. */
  reopen(): void {
    this.#givenUp = null;
  }

  /** What was put off is tried now. */
  resume(): void {
    this.#retryAtMs = null;
    this.#putOff = null;
  }

  /** What was left undone of another wish is no matter any more. */
  keepOf(wish: string): void {
    if (this.#givenUp?.wish !== wish) this.#givenUp = null;
    if (this.#putOff?.wish !== wish) this.#putOff = null;
  }

  /** A plan failed: another one than the last counts from the beginning. */
  failed(digest: string): void {
    if (digest === this.#digest) return;
    this.#count = 0;
    this.#retryAtMs = null;
    this.#digest = digest;
  }

  /**
   * Says when the next attempt is due, by a retry policy. Who looked before the time has made no attempt.
   * @returns whether there is one left.
   */
  schedule(
    retry: RetryConfig,
    { clock, random }: { readonly clock: Clock; readonly random: Random },
  ): boolean {
    const leftMs = (this.#retryAtMs ?? 0) - clock.monotonicMs();
    if (this.#retryAtMs !== null && leftMs > 0) {
      this.#shownAtMs = clock.nowMs() + leftMs;
      return true;
    }
    this.#count += 1;
    const delayMs = retryDelayMs(retry, this.#count, random.fraction());
    this.#shownAtMs = delayMs === null ? null : clock.nowMs() + delayMs;
    if (delayMs !== null) this.#retryAtMs = clock.monotonicMs() + delayMs;
    return delayMs !== null;
  }

  /** None is shown as to be expected. */
  expectNone(): void {
    this.#shownAtMs = null;
  }

  /** @param undone together with what was put off before */
  postpone(undone: Undone): void {
    this.#putOff = together(this.#putOff, undone);
  }

  /** @param undone together with what was given up before */
  giveUp(undone: Undone): void {
    this.#givenUp = together(this.#givenUp, undone);
  }

  /** What an earlier controller has given up. */
  recall(givenUp: Undone | null): void {
    this.#givenUp = givenUp;
  }

  /** All of it is as wanted. */
  succeed(): void {
    this.beginAnew();
    this.resume();
    this.reopen();
  }
}

function together(before: Undone | null, undone: Undone): Undone {
  return { ...undone, changes: new Set([...(before?.changes ?? []), ...undone.changes]) };
}
