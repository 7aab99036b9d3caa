/** Time as an argument. Wall clock for display, monotonic for deadlines. All values are milliseconds. */
export interface Clock {
  /** Wall clock since 1970 UTC; may jump in either direction. */
  nowMs(): number;
  /** Never goes back; its zero means nothing. */
  monotonicMs(): number;
  /** Resolves after `ms`; resolves at once (without throwing) when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      // setTimeout overflows past 2^31-1 ms; a sleeper that wakes early looks at its deadline and sleeps again.
      const timer = setTimeout(done, Math.min(ms, 2_000_000_000));
      signal?.addEventListener('abort', done, { once: true });
    }),
};
