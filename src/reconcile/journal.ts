import type { EventType, FairleadEvent } from '../model/event.ts';
import { eventVersion } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Approval, JournalStep, Release } from '../model/release.ts';
import type { Store, Transaction } from '../store/store.ts';
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

/** A step that waits to be written. */
interface PendingStep {
  readonly release: string;
  readonly index: number;
  readonly step: JournalStep;
}

/**
 * Writes history: releases, their steps and events, in few transactions. Events wait for the next write or `flush`,
 * steps bring one about; followers see an event when it is durable.
 */
export class Journal {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: EngineLog;
  readonly #followers = new Set<(events: readonly FairleadEvent[]) => void>();
  #pending: Omit<FairleadEvent, 'seq'>[] = [];
  #steps: PendingStep[] = [];
  #writesSteps = false;
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
    // It holds its steps itself; those that are under way come back when they fail, and must not be written after it.
    if (this.#writesSteps) await Promise.allSettled(this.#writing);
    this.#steps = this.#steps.filter((pending) => pending.release !== release.id);
    await this.#write(async (transaction) => transaction.putRelease(release));
  }

  /**
   * Writes one step of a release that is recorded: as soon as the store can, together with what else waits. Effects do
   * not wait for it: what is owned stands in the target's inventory before the first of them, and after a crash the
   * steps say what was under way as far as the last milliseconds allow.
   */
  noteStep(release: string, index: number, step: JournalStep): void {
    this.#steps.push({ release, index, step });
    if (!this.#writesSteps) void this.#writeSteps();
  }

  async #writeSteps(): Promise<void> {
    this.#writesSteps = true;
    try {
      while (this.#steps.length > 0) {
        // Steps that come in the same turn go together.
        await Promise.resolve();
        await this.#write(async () => {});
      }
    } catch (thrown) {
      this.#log.warn('steps could not be written yet', { error: String(thrown) });
    } finally {
      this.#writesSteps = false;
    }
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
    if (this.#pending.length > 0 || this.#steps.length > 0) {
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

  async #write(body: (transaction: Transaction) => Promise<void>): Promise<void> {
    const events = this.#pending;
    this.#pending = [];
    const steps = this.#steps;
    this.#steps = [];
    const trims = ++this.#writesSinceTrim >= trimEvery;
    if (trims) this.#writesSinceTrim = 0;
    let written: readonly FairleadEvent[] = [];
    const writing = this.#store.transaction(async (transaction) => {
      for (const { release, index, step } of latest(steps)) {
        await transaction.putStep(release, index, step);
      }
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
      this.#steps = [...steps, ...this.#steps].slice(-maxPending);
      throw thrown;
    } finally {
      this.#writing.delete(writing);
    }
    if (written.length > 0) for (const follower of this.#followers) follower(written);
  }
}

/** Of steps that were noted several times, the last word on each, in their order. */
function latest(steps: readonly PendingStep[]): Iterable<PendingStep> {
  const byPlace = new Map<string, PendingStep>();
  for (const pending of steps) byPlace.set(`${pending.release} ${pending.index}`, pending);
  return byPlace.values();
}
