import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FairleadEvent } from '../../model/event.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { systemClock } from '../../system/clock.ts';
import { systemRandom } from '../../system/random.ts';
import { followEvents } from './follow-events.ts';
import { Journal } from '../journal/journal.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let store: Store;
let journal: Journal;
let reads = 0;
let stop: AbortController;

beforeEach(async () => {
  store = await openSqliteStore({ file: ':memory:' });
  journal = new Journal(store, systemClock, systemRandom, quiet);
  reads = 0;
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await store.close();
});

async function tell(from: number, to: number): Promise<void> {
  for (let at = from; at <= to; at += 1) {
    journal.emit({ type: 'drift.detected', message: String(at) });
  }
  await journal.flush();
}

function follow(afterSeq = 0): AsyncIterator<FairleadEvent> {
  const counting = {
    ...store,
    events: (after: number, limit: number) => {
      reads += 1;
      return store.events(after, limit);
    },
  };
  return followEvents(journal, counting, afterSeq, stop.signal)[Symbol.asyncIterator]();
}

async function take(events: AsyncIterator<FairleadEvent>, count: number): Promise<string[]> {
  const messages: string[] = [];
  while (messages.length < count) {
    const { value, done } = await events.next();
    if (done === true) break;
    messages.push(value.message);
  }
  return messages;
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));

describe('who follows events', () => {
  test('sees what was there and what comes, each once and in order', async () => {
    await tell(1, 700);
    const events = follow(100);
    expect(await take(events, 600)).toEqual(numbers(101, 700));
    const coming = take(events, 3);
    await tell(701, 701);
    await tell(702, 703);
    expect(await coming).toEqual(numbers(701, 703));
  });

  test('is told what comes without reading it back', async () => {
    const events = follow();
    const first = take(events, 1);
    await tell(1, 1);
    await first;
    const before = reads;
    const coming = take(events, 50);
    await tell(2, 51);
    await coming;
    expect(reads).toBe(before);
  });

  test('misses nothing while it is slow, however much comes', async () => {
    const events = follow();
    const first = take(events, 1);
    await tell(1, 1);
    await first;
    await tell(2, 5_000);
    await tell(5_001, 5_010);
    expect(await take(events, 5_009)).toEqual(numbers(2, 5_010));
  });

  test('sees what came while it read what was there', async () => {
    await tell(1, 3);
    const events = follow();
    expect(await take(events, 1)).toEqual(['1']);
    await tell(4, 6);
    expect(await take(events, 5)).toEqual(numbers(2, 6));
  });

  test('ends when it is told to, also while it waits', async () => {
    const events = follow();
    const coming = events.next();
    await tell(1, 0);
    stop.abort();
    expect((await coming).done).toBe(true);
  });
});
