import type { Clock } from '../../system/clock.ts';

/** What ended the wait for a render: it computed for longer than it may, or it never got to compute that long. */
type Exceeded = 'computing' | 'waiting';

/** Most time by the clock for one render, as a multiple of what it may compute: a thread that hangs is let go. */
const waitingFactor = 12;
/** Most time for a thread to start, in milliseconds by the clock. */
const startMs = 120_000;
/** The time left is looked at again after at least this part of the limit. */
const leastPart = 1 / 10;

/**
 * Resolves once a render has computed for `timeoutMs`. What counts is the processor's time, so that a machine with
 * much else to do makes no render fail; a clock alone cannot tell the two apart.
 *
 * @param computedMs How long the render has computed so far.
 * @param signal Aborts the wait once the render has ended; what it then resolves to means nothing.
 */
export async function exceedLimit(
  clock: Pick<Clock, 'sleep'>,
  timeoutMs: number,
  computedMs: () => Promise<number>,
  signal: AbortSignal,
): Promise<Exceeded> {
  const computing = async (): Promise<Exceeded> => {
    for (let leftMs = timeoutMs; leftMs > 0;) {
      await clock.sleep(Math.max(leftMs, timeoutMs * leastPart), signal);
      if (signal.aborted) break;
      leftMs = timeoutMs - (await computedMs());
    }
    return 'computing';
  };
  const waiting = async (): Promise<Exceeded> => {
    await clock.sleep(startMs + waitingFactor * timeoutMs, signal);
    return 'waiting';
  };
  return Promise.race([computing(), waiting()]);
}
