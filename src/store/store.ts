import type { FairleadEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Approval, Release } from '../model/release.ts';

export interface ReleaseFilter {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  /** Only those that ended like this. */
  readonly outcome?: Release['outcome'] | undefined;
  /** Newest first; default 50. */
  readonly limit?: number | undefined;
}

/** Reads see committed data only and may run beside a transaction. */
export interface Reader {
  /** A small named value (last accepted configuration commit, source tips, contest counters …). */
  setting(name: string): Promise<JsonObject | null>;
  release(id: string): Promise<Release | null>;
  /** Newest first. */
  releases(filter: ReleaseFilter): Promise<readonly Release[]>;
  /** Not expired at `nowMs`, newest first. */
  approvals(application: string, environment: string, nowMs: number): Promise<readonly Approval[]>;
  /** With `seq` greater than `afterSeq`, oldest first. */
  events(afterSeq: number, limit: number): Promise<readonly FairleadEvent[]>;
}

/** All or nothing. Its body awaits nothing but the transaction itself. */
export interface Transaction extends Reader {
  putSetting(name: string, value: JsonObject | null): Promise<void>;
  /** Inserts or replaces. */
  putRelease(release: Release): Promise<void>;
  putApproval(approval: Approval): Promise<void>;
  /** Appends; `seq` is given by the store, in the order of the array. */
  appendEvents(events: readonly Omit<FairleadEvent, 'seq'>[]): Promise<readonly FairleadEvent[]>;
  /** Removes the oldest releases and events beyond these numbers. @returns how many rows went. */
  trim(keep: { readonly releasesPerApplication: number; readonly events: number }): Promise<number>;
}

/**
 * A cache and a history, never the only holder of ownership (that is the target's ledger).
 * Members pass `test/contract/store.ts`.
 */
export interface Store extends Reader {
  transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Finishes what is under way and closes. */
  close(): Promise<void>;
}
