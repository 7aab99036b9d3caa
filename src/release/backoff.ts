import type { RetryConfig } from '../model/config.ts';

/** Share of a delay that chance may add or take, so that many failures do not come back at once. */
const jitter = 0.2;

/**
 * How long to wait after the `attempt`-th failure (from 1); `null` when the limit is used up.
 * @param fraction a number in [0, 1) from the random port.
 */
export function retryDelayMs(retry: RetryConfig, attempt: number, fraction: number): number | null {
  if (retry.limit !== null && attempt > retry.limit) return null;
  const plain = Math.min(retry.maxMs, retry.initialMs * retry.factor ** (attempt - 1));
  return Math.round(plain * (1 - jitter + 2 * jitter * fraction));
}
