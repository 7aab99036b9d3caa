import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planOf, planSetOf, revision, wanted } from '../../../test/support/resources.ts';
import type { FairleadEvent } from '../../model/event.ts';
import type { JournalStep, Release } from '../../model/release.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import type { Store } from '../../store/store.ts';
import { systemClock } from '../../system/clock.ts';
import { systemRandom } from '../../system/random.ts';
import { Journal } from './journal.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let store: Store;
/** While true, the store cannot write. */
let isFull = false;
/** Called before each write. */
let beforeWrite: () => Promise<void> = async () => {};
let journal: Journal;

beforeEach(async () => {
  store = await openSqliteStore({ file: ':memory:' });
  isFull = false;
  beforeWrite = async () => {};
  const failing: Store = {
    ...store,
    transaction: async (body) => {
      await beforeWrite();
      if (isFull) throw new Error('database or disk is full');
      return store.transaction(body);
    },
  };
  journal = new Journal(failing, systemClock, systemRandom, quiet);
});

afterEach(async () => {
  await store.close();
});

const note = (message: string): void => journal.emit({ type: 'drift.detected', message });

async function written(): Promise<readonly string[]> {
  return (await store.events(0, 1_000)).map(({ message }) => message);
}

const release: Release = {
  id: 'r1',
  application: 'shop',
  environment: 'dev',
  revision,
  trigger: 'source',
  actor: 'controller',
  reason: '',
  plan: planSetOf(planOf([{ want: wanted('a') }])),
  startedAtMs: 1,
  endedAtMs: null,
  outcome: 'running',
  error: null,
  steps: [],
};

describe('events', () => {
  test('are written in order, with all that a reader needs', async () => {
    journal.emit({
      type: 'release.ended',
      message: 'done',
      application: 'shop',
      environment: 'dev',
      target: 'here',
      release: 'r1',
      actor: 'ada',
      data: { outcome: 'succeeded' },
    });
    note('second');
    await journal.flush();
    const [first, second] = await store.events(0, 10);
    expect(first).toMatchObject({
      v: 1,
      type: 'release.ended',
      application: 'shop',
      environment: 'dev',
      target: 'here',
      release: 'r1',
      actor: 'ada',
      message: 'done',
      data: { outcome: 'succeeded' },
    });
    expect(second).toMatchObject({
      application: null,
      release: null,
      actor: 'controller',
      data: {},
    });
    expect(second!.seq).toBeGreaterThan(first!.seq);
    expect(second!.id).not.toBe(first!.id);
  });

  test('wait for a flush, or go along with the next write', async () => {
    note('one');
    expect(await written()).toEqual([]);
    await journal.putRelease(release);
    expect(await written()).toEqual(['one']);
    expect(await store.release('r1')).toEqual(release);
  });

  test('that come up while others are being written are durable once their own flush has ended', async () => {
    let go = (): void => {};
    beforeWrite = () => new Promise((resolve) => (go = resolve));
    note('one');
    const first = journal.flush();
    note('two');
    const second = journal.flush();
    beforeWrite = async () => {};
    go();
    await Promise.all([first, second]);
    expect(await written()).toEqual(['one', 'two']);
  });

  test('that go along with another write are durable once their own flush has ended', async () => {
    let go = (): void => {};
    beforeWrite = () => new Promise((resolve) => (go = resolve));
    note('one');
    const put = journal.putRelease(release);
    const flushed = journal.flush().then(written);
    go();
    expect(await flushed).toEqual(['one']);
    await put;
  });

  test('reach followers when they are durable, each once, until they unsubscribe', async () => {
    const seen: FairleadEvent[] = [];
    const stop = journal.onEvents((events) => seen.push(...events));
    note('one');
    expect(seen).toEqual([]);
    await journal.flush();
    await journal.flush();
    stop();
    note('two');
    await journal.flush();
    expect(seen.map(({ message }) => message)).toEqual(['one']);
    expect(seen).toEqual((await store.events(0, 1)).map((event) => event));
  });
});

describe('a store that cannot write', () => {
  test('keeps events waiting, in order, and told to nobody', async () => {
    const seen: FairleadEvent[] = [];
    journal.onEvents((events) => seen.push(...events));
    isFull = true;
    note('one');
    await journal.flush();
    note('two');
    await journal.flush();
    expect([await written(), seen]).toEqual([[], []]);
    isFull = false;
    await journal.flush();
    expect(await written()).toEqual(['one', 'two']);
    expect(seen.length).toBe(2);
  });

  test('refuses a release, so that nothing is touched, and loses no event by that', async () => {
    isFull = true;
    note('one');
    await expect(journal.putRelease(release)).rejects.toThrow('full');
    isFull = false;
    await journal.flush();
    expect([await written(), await store.release('r1')]).toEqual([['one'], null]);
  });

  test('keeps the end of a release waiting, because what it did has happened', async () => {
    await journal.putRelease(release);
    isFull = true;
    await journal.endRelease({ ...release, outcome: 'succeeded', endedAtMs: 2 });
    expect((await store.release('r1'))?.outcome).toBe('running');
    isFull = false;
    note('something else');
    await journal.flush();
    expect((await store.release('r1'))?.outcome).toBe('succeeded');
  });

  test('makes the oldest events go, not the memory', async () => {
    isFull = true;
    for (let at = 0; at < 10_001; at++) note(String(at));
    await journal.flush();
    note('last');
    isFull = false;
    await journal.flush();
    const [first] = await store.events(0, 1);
    expect(first?.message).toBe('2');
    expect((await store.events(0, 20_000)).length).toBe(10_000);
  });
});

describe('steps of a release', () => {
  const step = (name: string, result: JournalStep['result']): JournalStep => ({
    target: 'here',
    resource: `host.fairlead.dev/File//${name}`,
    action: 'create',
    changeDigest: name,
    startedAtMs: 1,
    endedAtMs: result === 'started' ? null : 2,
    result,
    message: 'new',
  });
  const steps = async () =>
    (await store.release('r1'))?.steps.map(({ changeDigest, result }) => [changeDigest, result]);

  test('are in history while the release runs, so that a crash leaves what was under way', async () => {
    await journal.putRelease(release);
    journal.noteStep('r1', 0, step('a', 'started'));
    journal.noteStep('r1', 0, step('a', 'done'));
    journal.noteStep('r1', 1, step('b', 'started'));
    note('step b');
    await journal.flush();
    expect(await steps()).toEqual([
      ['a', 'done'],
      ['b', 'started'],
    ]);
    expect(await written()).toEqual(['step b']);
  });

  test('come in few transactions, however many there are', async () => {
    await journal.putRelease(release);
    let writes = 0;
    beforeWrite = async () => {
      writes += 1;
    };
    for (let at = 0; at < 100; at += 1) journal.noteStep('r1', at, step(`s${at}`, 'started'));
    await journal.flush();
    expect(await steps()).toHaveLength(100);
    expect(writes).toBeLessThanOrEqual(3);
  });

  test('wait while the store cannot write, and never come after the end', async () => {
    await journal.putRelease(release);
    isFull = true;
    journal.noteStep('r1', 0, step('a', 'started'));
    await journal.flush();
    isFull = false;
    expect(await steps()).toEqual([]);
    await journal.endRelease({ ...release, outcome: 'succeeded', steps: [step('a', 'done')] });
    await journal.flush();
    expect(await steps()).toEqual([['a', 'done']]);
  });
});
