import { stripVTControlCharacters } from 'node:util';

/** Never part of UTF-8: stands for the bytes of a secret while they are cut. */
const blot = '\u00ff';

/**
 * The end of what a program writes, in bounded memory, without secrets.
 *
 * More than the limit is kept, by the length of the longest secret: one that is cut in two by the beginning of what is
 * kept would not be recognised, so that part is dropped.
 */
export class OutputTail {
  readonly #limitBytes: number;
  readonly #secrets: readonly string[];
  readonly #keepBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(limitBytes: number, secrets: readonly string[]) {
    this.#limitBytes = limitBytes;
    this.#secrets = spellings(secrets);
    this.#keepBytes = limitBytes + (this.#secrets[0]?.length ?? 0);
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (;;) {
      const first = this.#chunks[0];
      if (first === undefined || this.#bytes - first.length < this.#keepBytes) return;
      this.#chunks.shift();
      this.#bytes -= first.length;
    }
  }

  /** As text for people: secrets blotted out, no control characters, at most `limitBytes` of what was written. */
  text(): string {
    // One character for each byte, so that lengths are those of what was written.
    let raw = Buffer.concat(this.#chunks).toString('latin1').replaceAll(blot, '?');
    for (const secret of this.#secrets) {
      raw = raw.replaceAll(secret, blot.repeat(secret.length));
    }
    const shown = raw
      .slice(-this.#limitBytes)
      .split(/\u00ff+/)
      .map((part) => Buffer.from(part, 'latin1').toString('utf8'))
      .join('«secret»');
    return (
      stripVTControlCharacters(shown)
        .replaceAll(/\r+\n/g, '\n')
        // oxlint-disable-next-line no-control-regex
        .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ' ')
        .trim()
    );
  }
}

/** The last lines of a text, at most `count` of them and `maxChars` characters. */
export function lastLines(text: string, count: number, maxChars: number): string {
  const lines = text.split('\n').slice(-count).join('\n');
  return lines.length <= maxChars ? lines : `…${lines.slice(-maxChars)}`;
}

/**
 * How a secret may turn up in output: whole, without the blanks around it, line by line, and in the usual encodings.
 * Longest first, so that none hides the rest of a longer one; as bytes.
 */
function spellings(secrets: readonly string[]): readonly string[] {
  const all = new Set<string>();
  for (const secret of secrets) {
    const trimmed = secret.trim();
    const lines = trimmed.split(/\r?\n/).filter((line) => line.trim().length >= 4);
    for (const value of [secret, trimmed, ...lines.map((line) => line.trim())]) {
      all.add(value);
      all.add(JSON.stringify(value).slice(1, -1));
      all.add(encodeURIComponent(value.toWellFormed()));
      all.add(Buffer.from(value).toString('base64'));
    }
  }
  return [...all]
    .filter((value) => value.trim() !== '')
    .map((value) => Buffer.from(value).toString('latin1'))
    .toSorted((left, right) => right.length - left.length);
}
