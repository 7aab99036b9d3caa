import type { Clock } from '../../../system/clock.ts';
import type { Answer } from './probe.ts';

/** What probing one process has shown so far. */
interface Readiness extends Answer {
  /** It was ready at least once since we look. */
  readonly everOk: boolean;
  /** Failures in a row, the last answer included; 0 when that was good. */
  readonly failures: number;
  /** Monotonic. */
  readonly askedAtMs: number;
}

/** The answers of probes, by the nonce of the process, so that reading and watching share them. */
export class ReadinessBoard {
  readonly #clock: Clock;
  readonly #known = new Map<string, Readiness>();
  readonly #asking = new Map<string, Promise<Readiness>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last good answer while it is younger than `maxAgeMs`, else a new one. One question at a time. */
  async look(nonce: string, maxAgeMs: number, ask: () => Promise<Answer>): Promise<Readiness> {
    const known = this.#known.get(nonce);
    if (known?.ok === true && this.#clock.monotonicMs() - known.askedAtMs < maxAgeMs) return known;
    return this.ask(nonce, ask);
  }

  async ask(nonce: string, ask: () => Promise<Answer>): Promise<Readiness> {
    const under = this.#asking.get(nonce);
    if (under !== undefined) return under;
    const asking = this.#ask(nonce, ask);
    this.#asking.set(nonce, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(nonce);
    }
  }

  /** Whether its last answer was good. */
  isReady(nonce: string): boolean {
    return this.#known.get(nonce)?.ok === true;
  }

  forget(nonce: string): void {
    this.#known.delete(nonce);
  }

  async #ask(nonce: string, ask: () => Promise<Answer>): Promise<Readiness> {
    const answer = await ask();
    const before = this.#known.get(nonce);
    const now: Readiness = {
      ...answer,
      everOk: answer.ok || before?.everOk === true,
      failures: answer.ok ? 0 : (before?.failures ?? 0) + 1,
      askedAtMs: this.#clock.monotonicMs(),
    };
    this.#known.set(nonce, now);
    return now;
  }
}
