import type { FairleadEvent } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Approval, JournalStep, Release } from '../model/release.ts';

/** Which releases; what is left out does not matter. Newest first. */
export interface ReleaseFilter {
  /** Only those whose id begins like this. */
  readonly idPrefix?: string | undefined;
  /** Of any of these names. */
  readonly application?: string | readonly string[] | undefined;
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
  /** By its whole id, with its steps; `null`: there is none. */
  release(id: string): Promise<Release | null>;
  /** Newest first, in the order in which they were first put (clocks jump). */
  releases(filter: ReleaseFilter): Promise<readonly Release[]>;
  /** Not expired at `nowMs`, newest first. */
  approvals(application: string, environment: string, nowMs: number): Promise<readonly Approval[]>;
  /** With `seq` greater than `afterSeq`, oldest first. */
  events(afterSeq: number, limit: number): Promise<readonly FairleadEvent[]>;
}

/** All or nothing. Its body awaits nothing but the transaction itself. */
export interface Transaction extends Reader {
  /** `null` removes it. */
  putSetting(name: string, value: JsonObject | null): Promise<void>;
  /** Inserts or replaces, steps included; a release keeps its place in history. */
  putRelease(release: Release): Promise<void>;
  /**
   * Writes one step of a release that is there: at `index` (from 0) of its `steps`, which is replaced or is the
   * next one. Costs the same however long the plan is, so an effect can be journalled before and after.
   */
  putStep(release: string, index: number, step: JournalStep): Promise<void>;
  /** Takes a release out of history, steps included; nothing happens where it is not there. */
  dropRelease(id: string): Promise<void>;
  /** Adds a yes; a later one of the same person to the same digest takes its place. */
  putApproval(approval: Approval): Promise<void>;
  /** Appends; `seq` is given by the store, in the order of the array. */
  appendEvents(events: readonly Omit<FairleadEvent, 'seq'>[]): Promise<readonly FairleadEvent[]>;
  /**
   * Removes the oldest releases (per application and environment) and events beyond these numbers. The last
   * release that succeeded and those that run always stay. @returns how many releases and events went.
   */
  trim(keep: { readonly releasesPerApplication: number; readonly events: number }): Promise<number>;
}

/**
 * A cache and a history, never the only holder of ownership (that is the target's ledger).
 * Members pass `test/contract/store.ts`.
 */
export interface Store extends Reader {
  /**
   * Runs `body` once those begun before have ended, and gives what it gives. When it throws, nothing of it is written
   * and its error is passed on. @throws FairleadError `store.misused` where one is begun within another; `store.*`
   * where the disk or the database fails
   */
  transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Finishes what is under way and closes. */
  close(): Promise<void>;
}
