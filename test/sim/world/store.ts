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
import { parseOnce } from './once.ts';

/**
 * Everything in a database, as JSON text: what is read back shares nothing with what was written, and cannot be changed. Who
 * writes replaces a table and leaves the former one as it is, so that a copy costs nothing.
 */
export interface StoreData {
  settings: ReadonlyMap<string, string>;
  /** In the order in which they were first put. */
  releases: ReadonlyMap<string, ReleaseRow>;
  /** Under `application environment digest by`; insertion order is that of the first put. */
  approvals: ReadonlyMap<string, string>;
  events: readonly string[];
  lastSeq: number;
}

/** Steps stand apart, as each of them is written many times and the rest twice. */
interface ReleaseRow {
  /** Without steps. */
  readonly text: string;
  readonly steps: readonly string[];
}

export function emptyStoreData(): StoreData {
  return { settings: new Map(), releases: new Map(), approvals: new Map(), events: [], lastSeq: 0 };
}

export function copyStoreData(data: StoreData): StoreData {
  return { ...data };
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
    Object.assign(this.#data, draft);
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

/** The committed contents, at once; for the judge, too. Newest first. */
export function releasesIn(data: StoreData, filter: ReleaseFilter): readonly Release[] {
  const names = filter.application === undefined ? null : [filter.application].flat();
  const found: Release[] = [];
  for (const row of [...data.releases.values()].toReversed()) {
    if (found.length >= (filter.limit ?? 50)) break;
    const release = parseOnce<Release>(row.text);
    if (names !== null && !names.includes(release.application)) continue;
    if (filter.environment !== undefined && release.environment !== filter.environment) continue;
    if (filter.outcome !== undefined && release.outcome !== filter.outcome) continue;
    if (filter.idPrefix !== undefined && !release.id.startsWith(filter.idPrefix)) continue;
    found.push(releaseOf(row));
  }
  return found;
}

function releaseOf({ text, steps }: ReleaseRow): Release {
  return { ...parseOnce<Release>(text), steps: steps.map((step) => parseOnce<JournalStep>(step)) };
}

function readerOf(data: StoreData): Reader {
  return {
    setting: async (name) => parse<JsonObject>(data.settings.get(name)),
    release: async (id) => {
      const row = data.releases.get(id);
      return row === undefined ? null : releaseOf(row);
    },
    releases: async (filter) => releasesIn(data, filter),
    approvals: async (application, environment, nowMs) =>
      [...data.approvals.values()]
        .toReversed()
        .map((text) => parseOnce<Approval>(text))
        .filter((one) => one.application === application && one.environment === environment)
        .filter((one) => one.expiresAtMs > nowMs)
        .toSorted((left, right) => right.atMs - left.atMs),
    events: async (afterSeq, limit) =>
      data.events
        .filter((text) => parseOnce<FairleadEvent>(text).seq > afterSeq)
        .slice(0, limit)
        .map((text) => parseOnce<FairleadEvent>(text)),
  };
}

function without<T>(table: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const copy = new Map(table);
  copy.delete(key);
  return copy;
}

function transactionOn(data: StoreData, write: (text: string) => void): Transaction {
  const written = (value: unknown): string => {
    const text = JSON.stringify(value);
    write(text);
    return text;
  };
  const putRow = (id: string, row: ReleaseRow): void => {
    data.releases = new Map(data.releases).set(id, row);
  };
  return {
    ...readerOf(data),
    putSetting: async (name, value) => {
      if (value === null) data.settings = without(data.settings, name);
      else data.settings = new Map(data.settings).set(name, written(value));
    },
    putRelease: async ({ steps, ...release }) =>
      putRow(release.id, { text: written(release), steps: steps.map(written) }),
    putStep: async (id: string, index: number, step: JournalStep) => {
      const row = data.releases.get(id);
      if (row === undefined) throw storeFailed({ message: `there is no release ${id}` });
      putRow(id, { ...row, steps: row.steps.toSpliced(index, 1, written(step)) });
    },
    dropRelease: async (id) => {
      data.releases = without(data.releases, id);
    },
    putApproval: async (approval) => {
      const { application, environment, digest, by } = approval;
      const key = `${application} ${environment} ${digest} ${by}`;
      data.approvals = new Map(data.approvals).set(key, written(approval));
    },
    appendEvents: async (events) => {
      const appended = events.map((event) => ({ ...event, seq: (data.lastSeq += 1) }));
      data.events = [...data.events, ...appended.map(written)];
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
    data.releases = without(data.releases, release.id);
    went += 1;
  }
  const kept = data.events.filter(
    (text) => parseOnce<FairleadEvent>(text).seq > data.lastSeq - keep.events,
  );
  went += data.events.length - kept.length;
  data.events = kept;
  return went;
}

function parse<T>(text: string | undefined): T | null {
  return text === undefined ? null : parseOnce<T>(text);
}
