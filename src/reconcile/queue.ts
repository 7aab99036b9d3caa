import type { Clock } from '../system/clock.ts';

/**
 * Keys that need work. One key is worked on by one worker at a time; asking again while it waits is one request,
 * asking again while it runs makes it run once more. Keys may also be due later.
 */
export class KeyedQueue {
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #work: (key: string) => Promise<void>;
  readonly #ready = new Set<string>();
  readonly #running = new Set<string>();
  readonly #due = new Map<string, number>();
  readonly #idlers: (() => void)[] = [];
  #timer: { readonly atMs: number; readonly cancel: AbortController } | null = null;
  #stopped = false;
  #paused = false;

  /** @param work must not reject; a rejection is a bug and ends the process through the default handler. */
  constructor(clock: Clock, concurrency: number, work: (key: string) => Promise<void>) {
    this.#clock = clock;
    this.#concurrency = concurrency;
    this.#work = work;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#due.delete(key);
    this.#ready.add(key);
    this.#pump();
  }

  /** Asks for `key` after `delayMs`; an earlier due time wins. */
  addLater(key: string, delayMs: number): void {
    if (this.#stopped || this.#ready.has(key)) return;
    const atMs = this.#clock.monotonicMs() + delayMs;
    const known = this.#due.get(key);
    if (known === undefined || atMs < known) this.#due.set(key, atMs);
    this.#arm();
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
    this.#due.delete(key);
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

  /** Begins nothing more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.clear();
    this.#due.clear();
    this.#timer?.cancel.abort();
    await this.idle();
  }

  #pump(): void {
    if (this.#paused) return;
    for (const key of this.#ready) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(key)) continue;
      this.#ready.delete(key);
      this.#running.add(key);
      void this.#work(key).finally(() => this.#finished(key));
    }
  }

  #finished(key: string): void {
    this.#running.delete(key);
    if (!this.#stopped) this.#pump();
    if (this.busyCount === 0 || (this.#stopped && this.#running.size === 0)) {
      for (const wake of this.#idlers.splice(0)) wake();
    }
  }

  /** One sleeper for the earliest due key, so that a thousand idle keys cost one timer. */
  #arm(): void {
    let earliest: number | null = null;
    for (const atMs of this.#due.values())
      if (earliest === null || atMs < earliest) earliest = atMs;
    if (earliest === null || (this.#timer !== null && this.#timer.atMs <= earliest)) return;
    this.#timer?.cancel.abort();
    const timer = { atMs: earliest, cancel: new AbortController() };
    this.#timer = timer;
    void this.#clock
      .sleep(Math.max(0, earliest - this.#clock.monotonicMs()), timer.cancel.signal)
      .then(() => {
        if (this.#timer !== timer || this.#stopped) return;
        this.#timer = null;
        const nowMs = this.#clock.monotonicMs();
        for (const [key, atMs] of this.#due) if (atMs <= nowMs) this.add(key);
        this.#arm();
      });
  }
}
