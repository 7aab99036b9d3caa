import type { FairleadError } from '../model/error.ts';
import { notNeeded } from '../model/not-needed.ts';
import type { Clock } from '../system/clock.ts';

/**
 * Runs `body` with a signal that aborts after `timeoutMs` or with `parent`. A body that does not end by itself
 * within the limit is left behind: the promise then rejects with `onTimeout()`, and what the body did is unknown.
 */
export async function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  parent: AbortSignal,
  body: (signal: AbortSignal) => Promise<T>,
  onTimeout: () => FairleadError,
): Promise<T> {
  const own = new AbortController();
  const timer = new AbortController();
  const forward = (): void => own.abort(parent.reason);
  if (parent.aborted) forward();
  else parent.addEventListener('abort', forward, { once: true });
  const late = clock.sleep(timeoutMs, timer.signal).then(() => {
    if (timer.signal.aborted) return new Promise<never>(() => {});
    const error = onTimeout();
    own.abort(error);
    throw error;
  });
  try {
    return await Promise.race([body(own.signal), late]);
  } finally {
    timer.abort(notNeeded);
    parent.removeEventListener('abort', forward);
  }
}
