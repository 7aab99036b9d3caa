import type { Random } from '../../../src/system/random.ts';

/** Seeded chance (sfc32): the same seed gives the same numbers on every machine. */
export class Chance implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param stream Streams of one seed do not depend on each other. */
  constructor(seed: number, stream: string) {
    let hash = 2_166_136_261;
    for (let at = 0; at < stream.length; at += 1) {
      hash = Math.imul(hash ^ stream.charCodeAt(at), 16_777_619);
    }
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = hash >>> 0;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** An unsigned 32-bit integer. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  fraction(): number {
    return this.next() / 2 ** 32;
  }

  /** An integer from 0 to `below` - 1. */
  int(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  /** True with this probability. */
  hits(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** @throws Error for an empty list. */
  pick<T>(list: readonly T[]): T {
    const item = list[this.int(list.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** Between `low` and `high`, small values as likely as large ones. */
  logarithmic(low: number, high: number): number {
    return Math.round(low * (high / low) ** this.fraction());
  }

  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.next().toString(16).padStart(8, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
