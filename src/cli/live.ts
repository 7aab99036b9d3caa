import type { Api } from '../control/api.ts';
import type { FairleadEvent } from '../model/event.ts';

/**
 * The number of the newest event; 0 when there is none. Numbers grow by one and old events are dropped, so there is
 * an event after N exactly while N is not the newest: found in about 2·log₂ small questions instead of by reading all.
 */
export async function newestSeq(api: Api): Promise<number> {
  const hasAfter = async (seq: number): Promise<boolean> =>
    (await api.events({ afterSeq: seq, limit: 1 })).length > 0;
  if (!(await hasAfter(0))) return 0;
  let low = 0;
  let high = 1_024;
  while (await hasAfter(high)) {
    low = high;
    high *= 8;
  }
  // There is an event after `low` and none after `high`.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await hasAfter(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** Hears of events in the background. */
export interface Listener extends AsyncDisposable {
  /** Ends once everything that has happened until now was heard, or shortly after. */
  drain(): Promise<void>;
}

const drainMs = 300;

/**
 * Tells `onEvent` of every event from now on, until disposed. A broken stream ends it without an error; who has to know
 * of that is told by `onBroken`.
 */
export async function listen(
  api: Api,
  signal: AbortSignal,
  onEvent: (event: FairleadEvent) => void,
  onBroken: (error: unknown) => void = () => undefined,
): Promise<Listener> {
  const stop = new AbortController();
  const afterSeq = await newestSeq(api);
  let heard = afterSeq;
  const done = (async () => {
    try {
      for await (const event of api.follow({ afterSeq }, AbortSignal.any([signal, stop.signal]))) {
        heard = event.seq;
        onEvent(event);
      }
    } catch (error) {
      // Only what is shown of the way depends on it; the outcome is asked for separately.
      if (!signal.aborted && !stop.signal.aborted) onBroken(error);
    }
  })();
  const end = async (): Promise<void> => {
    stop.abort();
    await done;
  };
  return {
    drain: async () => {
      const newest = await newestSeq(api);
      const deadline = Date.now() + drainMs;
      while (heard < newest && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await end();
    },
    [Symbol.asyncDispose]: end,
  };
}
