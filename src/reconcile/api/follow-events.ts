import type { FairleadEvent } from '../../model/event.ts';
import type { Reader } from '../../store/store.ts';
import type { Journal } from '../journal/journal.ts';

const page = 500;
/** Events that are kept at hand for a follower who is slower than they come; beyond this it reads them back. */
const mostAtHand = 2_000;

/** Events after `afterSeq` from the store, then as they become durable, each once and in order, until `signal` aborts. */
export async function* followEvents(
  journal: Journal,
  store: Reader,
  afterSeq: number,
  signal: AbortSignal,
): AsyncIterable<FairleadEvent> {
  let seen = afterSeq;
  let wake: (() => void) | null = null;
  /** What became durable since the last look; `null`: look into the store. */
  let atHand: FairleadEvent[] | null = null;
  const stop = journal.onEvents((events) => {
    if (atHand !== null && atHand.length + events.length <= mostAtHand) atHand.push(...events);
    else atHand = null;
    wake?.();
  });
  const abort = (): void => wake?.();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await journal.flush();
    while (!signal.aborted) {
      if (atHand === null) {
        // From here on what comes is kept; what is read below may be among it, and is told once.
        atHand = [];
        for (;;) {
          const events = await store.events(seen, page);
          for (const event of events) {
            seen = event.seq;
            yield event;
          }
          if (events.length < page) break;
        }
        continue;
      }
      const news: FairleadEvent[] = atHand.filter((event) => event.seq > seen);
      atHand = [];
      const [first] = news;
      if (first === undefined) {
        await new Promise<void>((resolve) => (wake = resolve));
      } else if (first.seq === seen + 1) {
        for (const event of news) {
          seen = event.seq;
          yield event;
        }
      } else {
        atHand = null;
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}
