/** Share of a delay that chance may add or take, so that many sources do not ask at once. */
const jitter = 0.1;
const longestMs = 300_000;

/**
 * Time until the next poll of a source: its interval while it answers, longer and longer (to five minutes, or its
 * interval if that is more) while it does not.
 * @param failures polls in a row that failed.
 * @param fraction a number in [0, 1) from the random port.
 */
export function pollDelayMs(intervalMs: number, failures: number, fraction: number): number {
  const slower = Math.min(
    intervalMs * 2 ** Math.min(failures, 10),
    Math.max(longestMs, intervalMs),
  );
  return Math.round(slower * (1 - jitter + 2 * jitter * fraction));
}
