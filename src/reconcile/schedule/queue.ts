import type { Clock } from '../../system/clock.ts';
import { Timetable } from './timetable.ts';

/** Work that takes longer than this waits for something outside (a server that does not answer), and holds up nobody. */
const slowMs = 5_000;

/**
 * Keys that need work. One key is worked on by one worker at a time; asking again while it waits is one request,
 * asking again while it runs makes it run once more. Keys may also be due later.
 *
 * So many are worked on at the same time as there are places. Work that only waits goes `aside` and leaves its place to
 * another key; work that is slow loses it.
 */
export class KeyedQueue {
  readonly #concurrency: number;
  readonly #work: (key: string) => Promise<void>;
  readonly #ready = new Set<string>();
  readonly #running = new Set<string>();
  /** Of those that run: who has no place. */
  readonly #aside = new Set<string>();
  /** Who has waited and goes on as soon as there is a place, in that order. */
  readonly #returning = new Map<string, () => void>();
  readonly #slow: Timetable;
  readonly #later: Timetable;
  readonly #idlers: (() => void)[] = [];
  #stopped = false;
  #paused = false;

  /** @param work must not reject; a rejection is a bug and ends the process through the default handler. */
  constructor(clock: Clock, concurrency: number, work: (key: string) => Promise<void>) {
    this.#later = new Timetable(clock, (key) => this.add(key));
    this.#slow = new Timetable(clock, (key) => {
      this.#aside.add(key);
      this.#pump();
    });
    this.#concurrency = concurrency;
    this.#work = work;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#later.drop(key);
    this.#ready.add(key);
    this.#pump();
  }

  /** Asks for `key` after `delayMs`; an earlier due time wins. */
  addLater(key: string, delayMs: number): void {
    if (this.#stopped || this.#ready.has(key)) return;
    this.#later.put(key, delayMs);
  }

  /** Whether `key` waits or is being worked on now. */
  isBusy(key: string): boolean {
    return this.#ready.has(key) || this.#running.has(key);
  }

  get busyCount(): number {
    return this.#ready.size + this.#running.size;
  }

  /** Drops what is known of `key`; what runs goes on to its end. */
  forget(key: string): void {
    this.#ready.delete(key);
    this.#later.drop(key);
  }

  /** Resolves when nothing waits and nothing runs; keys that are due later do not count. */
  async idle(): Promise<void> {
    while (this.busyCount > 0 && !(this.#stopped && this.#running.size === 0)) {
      await new Promise<void>((resolve) => this.#idlers.push(resolve));
    }
  }

  /** Between pause and resume nothing new begins: for changes that must find everything at rest. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /**
   * Runs `body`, which only waits, without a place of those that are worked on at the same time; then goes on as soon as
   * there is one, before anything new begins.
   */
  async aside<T>(key: string, body: () => Promise<T>): Promise<T> {
    if (!this.#running.has(key) || this.#aside.has(key)) return body();
    this.#aside.add(key);
    this.#pump();
    try {
      return await body();
    } finally {
      await this.#place(key);
    }
  }

  /** Resolves when `key` has its place again. */
  async #place(key: string): Promise<void> {
    if (this.#hasRoom) this.#aside.delete(key);
    else await new Promise<void>((resolve) => this.#returning.set(key, resolve));
    this.#slow.put(key, slowMs);
  }

  get #hasRoom(): boolean {
    return this.#running.size - this.#aside.size < this.#concurrency;
  }

  /** Begins nothing more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.clear();
    this.#later.clear();
    await this.idle();
  }

  #pump(): void {
    for (const [key, goOn] of this.#returning) {
      if (!this.#hasRoom) return;
      this.#returning.delete(key);
      this.#aside.delete(key);
      goOn();
    }
    if (this.#paused || this.#stopped) return;
    for (const key of this.#ready) {
      if (!this.#hasRoom) return;
      if (this.#running.has(key)) continue;
      this.#ready.delete(key);
      this.#running.add(key);
      this.#slow.put(key, slowMs);
      void this.#work(key).finally(() => this.#finished(key));
    }
  }

  #finished(key: string): void {
    this.#running.delete(key);
    this.#aside.delete(key);
    this.#slow.drop(key);
    if (this.#running.size === 0) this.#slow.clear();
    this.#pump();
    if (this.busyCount === 0 || (this.#stopped && this.#running.size === 0)) {
      for (const wake of this.#idlers.splice(0)) wake();
    }
  }
}
