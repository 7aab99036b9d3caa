/** How one call went, for the judgement how many more may go at a time. */
type CallResult =
  | { readonly kind: 'answered'; readonly latencyMs: number }
  /** The server said that it has too much to do. */
  | { readonly kind: 'overloaded' }
  /** Says nothing: it was long by nature, or aborted. */
  | { readonly kind: 'other' };

const first = 16;
const least = 2;
const most = 64;

/** Answers this quick are never too slow, whatever the quickest were. */
const quickMs = 250;

/** Slower than the quickest by this factor, and the server is held to be full. */
const tolerated = 4;

/**
 * How many calls may be under way at a time: one more for a round of good answers, a fifth less where they get slow,
 * half where the server says that it is too much (additive increase, multiplicative decrease).
 */
export class Limiter {
  #limit = first;
  #inUse = 0;
  #waiting: (() => void)[] = [];
  /** The quickest. Grows only where so few are under way that it is the network that is slow, not the server full. */
  #quickestMs = Number.POSITIVE_INFINITY;
  #usualMs = 0;
  /** Answers that were under way when it was cut last, and say nothing of how it is now. */
  #stale = 0;

  get limit(): number {
    return Math.floor(this.#limit);
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Resolves when it is one's turn. @throws what `signal` aborts with */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inUse < this.limit) {
      this.#inUse += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      const aborted = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== turn);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.push(turn);
    });
  }

  leave(result: CallResult): void {
    this.#inUse -= 1;
    this.#learn(result);
    while (this.#inUse < this.limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inUse += 1;
      next();
    }
  }

  #learn(result: CallResult): void {
    if (this.#stale > 0) {
      this.#stale -= 1;
      return;
    }
    if (result.kind === 'overloaded') return this.#cut(0.5);
    if (result.kind === 'other') return;
    const { latencyMs } = result;
    const creep = this.#limit <= least ? 1.05 : 1;
    this.#quickestMs = Math.min(this.#quickestMs * creep, latencyMs);
    this.#usualMs += (latencyMs - this.#usualMs) * 0.1;
    const isSlow = this.#usualMs > Math.max(quickMs, this.#quickestMs * tolerated);
    if (isSlow) this.#cut(0.8);
    // An allowance that is not used proves nothing.
    else if (this.#inUse + 1 >= this.limit)
      this.#limit = Math.min(most, this.#limit + 1 / this.#limit);
  }

  /** Once for all that is under way together. */
  #cut(factor: number): void {
    this.#stale = this.#inUse;
    this.#limit = Math.max(least, this.#limit * factor);
  }
}
