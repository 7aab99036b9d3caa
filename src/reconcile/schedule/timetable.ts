import type { Clock } from '../../system/clock.ts';

/** Why a sleeper is woken before its time; given so that no error with a stack is made for it. */
const replaced = 'replaced';

/** Keys that are due at some time, each once. One sleeper for the earliest, so that a thousand idle keys cost one timer. */
export class Timetable {
  readonly #clock: Clock;
  readonly #onDue: (key: string) => void;
  readonly #due = new Map<string, number>();
  #sleeper: { readonly atMs: number; readonly cancel: AbortController } | null = null;

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Makes `key` due after `delayMs`; where it is due already, the earlier time counts. */
  put(key: string, delayMs: number): void {
    const atMs = this.#clock.monotonicMs() + delayMs;
    const known = this.#due.get(key);
    if (known !== undefined && known <= atMs) return;
    this.#due.set(key, atMs);
    if (this.#sleeper === null || atMs < this.#sleeper.atMs) this.#sleepUntil(atMs);
  }

  has(key: string): boolean {
    return this.#due.has(key);
  }

  drop(key: string): void {
    this.#due.delete(key);
  }

  /** Forgets everything, and wakes no more. */
  clear(): void {
    this.#due.clear();
    this.#sleeper?.cancel.abort(replaced);
    this.#sleeper = null;
  }

  #sleepUntil(atMs: number): void {
    this.#sleeper?.cancel.abort(replaced);
    const sleeper = { atMs, cancel: new AbortController() };
    this.#sleeper = sleeper;
    const delayMs = Math.max(0, atMs - this.#clock.monotonicMs());
    void this.#clock.sleep(delayMs, sleeper.cancel.signal).then(() => {
      if (this.#sleeper === sleeper) this.#wake();
    });
  }

  #wake(): void {
    this.#sleeper = null;
    const nowMs = this.#clock.monotonicMs();
    const due = [...this.#due]
      .filter(([, atMs]) => atMs <= nowMs)
      .toSorted(([, left], [, right]) => left - right);
    for (const [key] of due) this.#due.delete(key);
    for (const [key] of due) this.#onDue(key);
    let earliest = Number.POSITIVE_INFINITY;
    for (const atMs of this.#due.values()) earliest = Math.min(earliest, atMs);
    // Whoever was put while the others were told has a sleeper already; it is kept if it is the earliest.
    const armed = this.#sleeper as { readonly atMs: number } | null;
    if (earliest < (armed?.atMs ?? Number.POSITIVE_INFINITY)) this.#sleepUntil(earliest);
  }
}
