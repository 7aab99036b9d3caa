import type { FairleadEvent } from '../model/event.ts';
import type { Reader } from '../store/store.ts';
import type { Journal } from './journal.ts';

const page = 500;

/** Events after `afterSeq` from the store, then as they become durable, each once and in order, until `signal` aborts. */
export async function* followEvents(
  journal: Journal,
  store: Reader,
  afterSeq: number,
  signal: AbortSignal,
): AsyncIterable<FairleadEvent> {
  let seen = afterSeq;
  let wake: (() => void) | null = null;
  let news = true;
  const stop = journal.onEvents(() => {
    news = true;
    wake?.();
  });
  const abort = (): void => wake?.();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await journal.flush();
    while (!signal.aborted) {
      if (!news) await new Promise<void>((resolve) => (wake = resolve));
      news = false;
      for (;;) {
        const events = await store.events(seen, page);
        for (const event of events) {
          seen = event.seq;
          yield event;
        }
        if (events.length < page) break;
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}
