import type { Clock } from '../../../src/system/clock.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** When virtual time begins: 2026-01-01. */
export const epochMs = 1_767_225_600_000;

/** A machine's clock: virtual time, with a wall clock that can be set. */
export class SimClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #machine: { readonly wallOffsetMs: number };

  /** @param machine Its wall clock is this far off. */
  constructor(scheduler: Scheduler, process: Process, machine: { readonly wallOffsetMs: number }) {
    this.#scheduler = scheduler;
    this.#process = process;
    this.#machine = machine;
  }

  nowMs(): number {
    return epochMs + this.#scheduler.nowMs + this.#machine.wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#scheduler.nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#scheduler.sleep(this.#process, ms, signal);
  }
}
