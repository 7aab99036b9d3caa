/** What happened, line by line: a hash of it tells whether two runs were the same, step by step. */
export class Trace {
  readonly #keep: boolean;
  readonly lines: string[] = [];
  #high = 0x9e37_79b9;
  #low = 0x85eb_ca6b;
  #count = 0;

  /** @param keep Keep the lines for people; the hash needs none. */
  constructor(keep: boolean) {
    this.#keep = keep;
  }

  add(line: string): void {
    this.#count += 1;
    for (let at = 0; at < line.length; at += 1) {
      const code = line.charCodeAt(at);
      this.#high = Math.imul(this.#high ^ code, 2_654_435_761);
      this.#low = Math.imul(this.#low ^ (code + 0x5bd1), 1_597_334_677);
    }
    this.#high ^= this.#low >>> 15;
    if (this.#keep) this.lines.push(line);
  }

  get count(): number {
    return this.#count;
  }

  /** Sixteen hexadecimal digits. */
  get hash(): string {
    const part = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return `${part(this.#high)}${part(this.#low)}`;
  }
}
