import type { Chance } from './random.ts';

/** Who waits for a turn: a process that can be stopped for a while, or for good. */
export interface Process {
  readonly name: string;
  /** What a dead process waits for never comes. */
  alive: boolean;
  /** What a paused process waits for comes when it goes on. */
  paused: boolean;
}

interface Waiting {
  readonly process: Process;
  readonly resume: () => void;
}

interface Timer extends Waiting {
  readonly atMs: number;
  readonly order: number;
}

function isDead({ process }: Waiting): boolean {
  return !process.alive;
}

function isPaused({ process }: Waiting): boolean {
  return process.paused;
}

/**
 * One thread, virtual time. Whatever would take time waits for a turn; turns are given one at a time in seeded
 * order. Time stands still while anyone can go on, then leaps to the earliest timer.
 */
export class Scheduler {
  readonly #chance: Chance;
  #ready: Waiting[] = [];
  #timers: Timer[] = [];
  #order = 0;
  /** Virtual time since the beginning, the monotonic clock of everyone. */
  nowMs = 0;
  /** Turns given so far. */
  turns = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Resolves when it is this one's turn. */
  turn(process: Process): Promise<void> {
    return new Promise((resume) => {
      if (process.alive) this.#ready.push({ process, resume });
    });
  }

  /** Resolves after `ms` of virtual time, or at once when `signal` aborts. */
  sleep(process: Process, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resume) => {
      if (!process.alive) return;
      if (signal?.aborted === true) {
        resume();
        return;
      }
      const done = (): void => {
        signal?.removeEventListener('abort', abort);
        resume();
      };
      const timer: Timer = {
        process,
        resume: done,
        atMs: this.nowMs + Math.max(0, ms),
        order: (this.#order += 1),
      };
      const abort = (): void => {
        const at = this.#timers.indexOf(timer);
        if (at >= 0) this.#timers.splice(at, 1);
        if (process.alive) resume();
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#timers.push(timer);
    });
  }

  /** Whether anyone could go on without time passing. */
  get isBusy(): boolean {
    return this.#ready.some(({ process }) => process.alive && !process.paused);
  }

  /** When the next timer fires; `null`: there is none. */
  get nextTimerMs(): number | null {
    let earliest: number | null = null;
    for (const { process, atMs } of this.#timers) {
      if (process.alive && !process.paused && (earliest === null || atMs < earliest))
        earliest = atMs;
    }
    return earliest;
  }

  /** Gives one turn, or lets time pass up to `untilMs`. @returns false when there is nothing left to do until then. */
  async step(untilMs: number): Promise<boolean> {
    const waiting = this.#take();
    if (waiting !== undefined) {
      this.turns += 1;
      waiting.resume();
      await drained();
      return true;
    }
    const next = this.nextTimerMs;
    if (next === null || next > untilMs) {
      this.nowMs = Math.max(this.nowMs, untilMs);
      return false;
    }
    this.nowMs = Math.max(this.nowMs, next);
    this.#fire();
    return true;
  }

  #take(): Waiting | undefined {
    if (this.#ready.some(isDead)) this.#ready = this.#ready.filter((one) => !isDead(one));
    const able = this.#ready.some(isPaused)
      ? this.#ready.filter((one) => !isPaused(one))
      : this.#ready;
    if (able.length === 0) return undefined;
    const chosen = able[able.length === 1 ? 0 : this.#chance.int(able.length)]!;
    this.#ready.splice(this.#ready.indexOf(chosen), 1);
    return chosen;
  }

  /** Everything that is due becomes ready; among those, chance decides. */
  #fire(): void {
    const due = this.#timers.filter((timer) => timer.atMs <= this.nowMs && !timer.process.paused);
    this.#timers = this.#timers.filter(
      (timer) => !isDead(timer) && (timer.process.paused || timer.atMs > this.nowMs),
    );
    this.#ready.push(...due);
  }
}

/** The event loop is gone around once in so many turns: that costs more than most of them. */
const ahead = 64;
const waiting: (() => void)[] = [];
let queued = 0;

/** Resolves when all promises that can go on by themselves have: Node lets them, before each immediate. */
export function drained(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (queued > 0) return;
    for (; queued < ahead; queued += 1) setImmediate(onImmediate);
  });
}

function onImmediate(): void {
  queued -= 1;
  waiting.shift()?.();
}
