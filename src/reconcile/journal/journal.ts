import type { EventType, FairleadEvent } from '../../model/event.ts';
import { eventVersion } from '../../model/event.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Approval, JournalStep, Release } from '../../model/release.ts';
import type { Store } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';
import type { Random } from '../../system/random.ts';
import { GroupCommit } from './group-commit.ts';
import type { WriteBody } from './group-commit.ts';
import type { EngineLog } from '../ports.ts';

/** What a caller says of an event; the rest is filled in. */
interface EventInput {
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

/** A release that has ended, and the one whose entry it takes the place of. */
interface EndedRelease {
  readonly release: Release;
  readonly insteadOf: string | null;
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
  /** Releases that have ended; one at most of each application, because none begins that cannot be written. */
  #ends: EndedRelease[] = [];
  #writesSinceTrim = 0;
  readonly #writes: GroupCommit;

  constructor(store: Store, clock: Clock, random: Random, log: EngineLog) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#writes = new GroupCommit(clock, async (bodies) => this.#commit(bodies));
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
    // It holds its steps itself. Those that are under way and come back are written before it.
    this.#steps = this.#steps.filter((pending) => pending.release !== release.id);
    await this.#writes.write(async (transaction) => transaction.putRelease(release));
  }

  /**
   * Writes how a release ended. What it did has happened, so a store that cannot write keeps it waiting for the next
   * write, as it does events.
   * @param insteadOf an earlier release that is in history no more from then on; default: none
   */
  async endRelease(release: Release, insteadOf: string | null = null): Promise<void> {
    this.#steps = this.#steps.filter((pending) => pending.release !== release.id);
    this.#ends.push({ release, insteadOf });
    await this.flush();
  }

  /**
   * Writes one step of a release that is recorded: as soon as the store can, together with what else waits. Effects do
   * not wait for it: what is owned stands in the target's inventory before the first of them, and after a crash the
   * steps say what was under way as far as the last milliseconds allow.
   */
  noteStep(release: string, index: number, step: JournalStep): void {
    this.#steps.push({ release, index, step });
    void this.flush();
  }

  async putApproval(approval: Approval): Promise<void> {
    await this.#writes.write(async (transaction) => transaction.putApproval(approval));
  }

  async putSetting(name: string, value: JsonObject | null): Promise<void> {
    await this.#writes.write(async (transaction) => transaction.putSetting(name, value));
  }

  /** Resolves when all that was told before is durable; a store that cannot write keeps it waiting. */
  async flush(): Promise<void> {
    try {
      await this.#writes.write(nothingMore);
    } catch (thrown) {
      this.#log.warn('history could not be written yet', { error: String(thrown) });
    }
  }

  onEvents(listener: (events: readonly FairleadEvent[]) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  /** One transaction: what writers want, and every step and event until now. */
  async #commit(bodies: readonly WriteBody[]): Promise<void> {
    const events = this.#pending;
    const steps = this.#steps;
    const ends = this.#ends;
    const isIdle = events.length === 0 && steps.length === 0 && ends.length === 0;
    if (isIdle && bodies.every((body) => body === nothingMore)) return;
    this.#pending = [];
    this.#steps = [];
    this.#ends = [];
    this.#writesSinceTrim += bodies.length;
    const trims = this.#writesSinceTrim >= trimEvery;
    if (trims) this.#writesSinceTrim = 0;
    let written: readonly FairleadEvent[] = [];
    try {
      written = await this.#store.transaction(async (transaction) => {
        for (const { release, index, step } of latest(steps)) {
          await transaction.putStep(release, index, step);
        }
        for (const { release, insteadOf } of ends) {
          await transaction.putRelease(release);
          if (insteadOf !== null) await transaction.dropRelease(insteadOf);
        }
        for (const body of bodies) await body(transaction);
        const appended = events.length === 0 ? [] : await transaction.appendEvents(events);
        if (trims) await transaction.trim(keep);
        return appended;
      });
    } catch (thrown) {
      this.#pending = [...events, ...this.#pending].slice(-maxPending);
      this.#steps = [...steps, ...this.#steps].slice(-maxPending);
      this.#ends = [...ends, ...this.#ends];
      throw thrown;
    }
    if (written.length > 0) for (const follower of this.#followers) follower(written);
  }
}

/** What a flush writes: only what waits. */
const nothingMore: WriteBody = async () => {};

/** Of steps that were noted several times, the last word on each, in their order. */
function latest(steps: readonly PendingStep[]): Iterable<PendingStep> {
  const byPlace = new Map<string, PendingStep>();
  for (const pending of steps) byPlace.set(`${pending.release} ${pending.index}`, pending);
  return byPlace.values();
}
