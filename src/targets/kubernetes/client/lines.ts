/** Cuts text that comes in pieces into lines. */
export class Lines {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** Size of what waits for the end of its line. */
  get restBytes(): number {
    return this.#restBytes;
  }

  /** The lines that this piece completes, without their ends. */
  push(chunk: Buffer): readonly string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      lines.push(this.#complete(chunk.subarray(from, at)));
      from = at + 1;
    }
    if (from < chunk.length) {
      this.#rest.push(chunk.subarray(from));
      this.#restBytes += chunk.length - from;
    }
    return lines;
  }

  /** What came after the last end of a line, as if that had ended; empty for nothing. */
  flush(): string {
    return this.#complete(Buffer.alloc(0));
  }

  #complete(last: Buffer): string {
    if (this.#rest.length === 0) return last.toString('utf8');
    const line = Buffer.concat([...this.#rest, last]).toString('utf8');
    this.#rest = [];
    this.#restBytes = 0;
    return line;
  }
}
