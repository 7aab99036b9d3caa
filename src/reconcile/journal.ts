import type { EventType, FairleadEvent } from '../model/event.ts';
import { eventVersion } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Approval, Release } from '../model/release.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Random } from '../system/random.ts';
import type { EngineLog } from './ports.ts';

/** What a caller says of an event; the rest is filled in. */
export interface EventInput {
  readonly type: EventType;
  readonly message: string;
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly target?: string | undefined;
  readonly release?: string | undefined;
  readonly actor?: string | undefined;
  readonly data?: JsonObject | undefined;
}

/** Events that could not be written yet; beyond this the oldest go. */
const maxPending = 10_000;
/** Releases per application and events that are kept. */
const keep = { releasesPerApplication: 200, events: 100_000 };
/** Writes between two clean-ups of old rows. */
const trimEvery = 500;

/**
 * Writes history: releases and events, in few transactions. Events wait for the next write or `flush`; followers
 * see an event when it is durable.
 */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: EngineLog;
  readonly #followers = new Set<(events: readonly FairleadEvent[]) => void>();
  #pending: Omit<FairleadEvent, 'seq'>[] = [];
  #writesSinceTrim = 0;
  #flushing: Promise<void> | null = null;
  readonly #writing = new Set<Promise<unknown>>();

  constructor(store: Store, clock: Clock, random: Random, log: EngineLog) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  emit(input: EventInput): void {
    if (this.#pending.length >= maxPending) this.#pending.shift();
    this.#pending.push({
      v: eventVersion,
      id: this.#random.uuid(),
      atMs: this.#clock.nowMs(),
      type: input.type,
      application: input.application ?? null,
      environment: input.environment ?? null,
      target: input.target ?? null,
      release: input.release ?? null,
      actor: input.actor ?? 'controller',
      message: input.message,
      data: input.data ?? {},
    });
  }

  /** Writes a release and whatever waits. @throws FairleadError when the store cannot; then nothing may be touched. */
  async putRelease(release: Release): Promise<void> {
    await this.#write(async (transaction) => transaction.putRelease(release));
  }

  async putApproval(approval: Approval): Promise<void> {
    await this.#write(async (transaction) => transaction.putApproval(approval));
  }

  async putSetting(name: string, value: JsonObject | null): Promise<void> {
    await this.#write(async (transaction) => transaction.putSetting(name, value));
  }

  /**
   * Resolves when every event that was emitted before is durable; a store that cannot write keeps them waiting. One
   * flush at a time.
   */
  async flush(): Promise<void> {
    // What is under way may have taken events along, and gives them back when it fails.
    await Promise.allSettled(this.#writing);
    if (this.#pending.length > 0) {
      this.#flushing ??= this.#write(async () => {})
        .catch((thrown: unknown) =>
          this.#log.warn('events could not be written yet', { error: String(thrown) }),
        )
        .finally(() => {
          this.#flushing = null;
        });
    }
    await this.#flushing;
  }

  onEvents(listener: (events: readonly FairleadEvent[]) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  async #write(
    body: (transaction: Parameters<Parameters<Store['transaction']>[0]>[0]) => Promise<void>,
  ): Promise<void> {
    const events = this.#pending;
    this.#pending = [];
    const trims = ++this.#writesSinceTrim >= trimEvery;
    if (trims) this.#writesSinceTrim = 0;
    let written: readonly FairleadEvent[] = [];
    const writing = this.#store.transaction(async (transaction) => {
      await body(transaction);
      const appended = events.length === 0 ? [] : await transaction.appendEvents(events);
      if (trims) await transaction.trim(keep);
      return appended;
    });
    this.#writing.add(writing);
    try {
      written = await writing;
    } catch (thrown) {
      this.#pending = [...events, ...this.#pending].slice(-maxPending);
      throw thrown;
    } finally {
      this.#writing.delete(writing);
    }
    if (written.length > 0) for (const follower of this.#followers) follower(written);
  }
}
