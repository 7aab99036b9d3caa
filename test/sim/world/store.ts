import { AsyncLocalStorage } from 'node:async_hooks';
import type { FairleadEvent } from '../../../src/model/event.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Approval, JournalStep, Release } from '../../../src/model/release.ts';
import {
  storeClosed,
  storeDiskFull,
  storeFailed,
  storeIo,
  storeMisused,
} from '../../../src/store/errors.ts';
import type { Reader, ReleaseFilter, Store, Transaction } from '../../../src/store/store.ts';
import type { Machine } from '../run/machine.ts';

/** Everything in a database, as JSON text: what is read back shares nothing with what was written. */
export interface StoreData {
  readonly settings: Map<string, string>;
  /** In the order in which they were first put. */
  readonly releases: Map<string, string>;
  /** Under `application environment digest by`; insertion order is that of the first put. */
  readonly approvals: Map<string, string>;
  events: readonly string[];
  lastSeq: number;
}

export function emptyStoreData(): StoreData {
  return { settings: new Map(), releases: new Map(), approvals: new Map(), events: [], lastSeq: 0 };
}

export function copyStoreData(data: StoreData): StoreData {
  return {
    settings: new Map(data.settings),
    releases: new Map(data.releases),
    approvals: new Map(data.approvals),
    events: data.events,
    lastSeq: data.lastSeq,
  };
}

/** A store in memory that fails as a database does: a transaction happens whole or not at all. */
export class SimStore implements Store {
  readonly #machine: Machine;
  readonly #data: StoreData;
  readonly #onWrite: (text: string) => void;
  /** The transaction whose body runs this code. */
  readonly #current = new AsyncLocalStorage<{ ended: boolean }>();
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param onWrite Sees every text that is written. */
  constructor(machine: Machine, data: StoreData, onWrite: (text: string) => void) {
    this.#machine = machine;
    this.#data = data;
    this.#onWrite = onWrite;
  }

  async setting(name: string): Promise<JsonObject | null> {
    return this.#read((reader) => reader.setting(name));
  }

  async release(id: string): Promise<Release | null> {
    return this.#read((reader) => reader.release(id));
  }

  async releases(filter: ReleaseFilter): Promise<readonly Release[]> {
    return this.#read((reader) => reader.releases(filter));
  }

  async approvals(
    application: string,
    environment: string,
    nowMs: number,
  ): Promise<readonly Approval[]> {
    return this.#read((reader) => reader.approvals(application, environment, nowMs));
  }

  async events(afterSeq: number, limit: number): Promise<readonly FairleadEvent[]> {
    return this.#read((reader) => reader.events(afterSeq, limit));
  }

  async transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    if (this.#current.getStore()?.ended === false)
      throw storeMisused({ message: 'a transaction was begun inside another one' });
    const mine = this.#turn.then(async () => this.#commit(body));
    this.#turn = mine.then(
      () => {},
      () => {},
    );
    return mine;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    await this.#machine.io('store close');
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw storeClosed({ message: 'the store is closed' });
  }

  async #commit<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    const machine = this.#machine;
    await machine.io('store write');
    const draft = copyStoreData(this.#data);
    const written: string[] = [];
    const scope = { ended: false };
    const write = (text: string): void => {
      if (scope.ended) throw storeMisused({ message: 'the transaction has ended' });
      written.push(text);
    };
    let result: T;
    try {
      result = await this.#current.run(scope, () => body(transactionOn(draft, write)));
    } finally {
      scope.ended = true;
    }
    if (machine.faults.disk.full) throw storeDiskFull({ message: 'no room for the database' });
    if (machine.hits(machine.faults.store.writeFails))
      throw storeIo({ message: 'the database could not be written' });
    await machine.mayCrash('before-store');
    for (const text of written) this.#onWrite(text);
    replace(this.#data, draft);
    await machine.mayCrash('after-store');
    await machine.io('store written');
    return result;
  }

  async #read<T>(body: (reader: Reader) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    await this.#machine.io('store read');
    if (this.#machine.hits(this.#machine.faults.store.readFails))
      throw storeIo({ message: 'the database could not be read' });
    return body(readerOf(this.#data));
  }
}

function replace(data: StoreData, draft: StoreData): void {
  for (const name of ['settings', 'releases', 'approvals'] as const) {
    data[name].clear();
    for (const [key, text] of draft[name]) data[name].set(key, text);
  }
  data.events = draft.events;
  data.lastSeq = draft.lastSeq;
}

/** The committed contents, at once; for the judge, too. */
export function releasesIn(data: StoreData, filter: ReleaseFilter): readonly Release[] {
  const found: Release[] = [];
  for (const text of [...data.releases.values()].toReversed()) {
    if (found.length >= (filter.limit ?? 50)) break;
    const release = JSON.parse(text) as Release;
    if (filter.application !== undefined && release.application !== filter.application) continue;
    if (filter.environment !== undefined && release.environment !== filter.environment) continue;
    if (filter.outcome !== undefined && release.outcome !== filter.outcome) continue;
    if (filter.idPrefix !== undefined && !release.id.startsWith(filter.idPrefix)) continue;
    found.push(release);
  }
  return found;
}

function readerOf(data: StoreData): Reader {
  return {
    setting: async (name) => parse<JsonObject>(data.settings.get(name)),
    release: async (id) => parse<Release>(data.releases.get(id)),
    releases: async (filter) => releasesIn(data, filter),
    approvals: async (application, environment, nowMs) =>
      [...data.approvals.values()]
        .toReversed()
        .map((text) => JSON.parse(text) as Approval)
        .filter((one) => one.application === application && one.environment === environment)
        .filter((one) => one.expiresAtMs > nowMs)
        .toSorted((left, right) => right.atMs - left.atMs),
    events: async (afterSeq, limit) =>
      data.events
        .map((text) => JSON.parse(text) as FairleadEvent)
        .filter((event) => event.seq > afterSeq)
        .slice(0, limit),
  };
}

function transactionOn(data: StoreData, write: (text: string) => void): Transaction {
  const put = (into: Map<string, string>, key: string, value: unknown): void => {
    const text = JSON.stringify(value);
    write(text);
    into.set(key, text);
  };
  return {
    ...readerOf(data),
    putSetting: async (name, value) => {
      if (value === null) data.settings.delete(name);
      else put(data.settings, name, value);
    },
    putRelease: async (release) => put(data.releases, release.id, release),
    putStep: async (id: string, index: number, step: JournalStep) => {
      const release = parse<Release>(data.releases.get(id));
      if (release === null) throw storeFailed({ message: `there is no release ${id}` });
      put(data.releases, id, { ...release, steps: release.steps.toSpliced(index, 1, step) });
    },
    putApproval: async (approval) => {
      const { application, environment, digest, by } = approval;
      put(data.approvals, `${application} ${environment} ${digest} ${by}`, approval);
    },
    appendEvents: async (events) => {
      const appended = events.map((event) => ({ ...event, seq: (data.lastSeq += 1) }));
      const texts = appended.map((event) => JSON.stringify(event));
      for (const text of texts) write(text);
      data.events = [...data.events, ...texts];
      return appended;
    },
    trim: async (keep) => trim(data, keep),
  };
}

function trim(data: StoreData, keep: Parameters<Transaction['trim']>[0]): number {
  let went = 0;
  const ages = new Map<string, number>();
  const succeeded = new Set<string>();
  for (const release of releasesIn(data, { limit: Infinity })) {
    const key = `${release.application}@${release.environment}`;
    const age = (ages.get(key) ?? 0) + 1;
    ages.set(key, age);
    const last = release.outcome === 'succeeded' && !succeeded.has(key);
    if (last) succeeded.add(key);
    if (age <= keep.releasesPerApplication || last || release.outcome === 'running') continue;
    data.releases.delete(release.id);
    went += 1;
  }
  const kept = data.events.filter(
    (text) => (JSON.parse(text) as FairleadEvent).seq > data.lastSeq - keep.events,
  );
  went += data.events.length - kept.length;
  data.events = kept;
  return went;
}

function parse<T>(text: string | undefined): T | null {
  return text === undefined ? null : (JSON.parse(text) as T);
}
