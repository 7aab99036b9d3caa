import type { Clock } from '../../system/clock.ts';

/** What was seen at a path. */
interface Seen {
  readonly signature: string;
  /** `sha256:…` of the whole content; empty where only the signature matters (folders). */
  readonly digest: string;
  /** Whether an equal signature now means an equal content. */
  readonly trusted: boolean;
}

interface Known extends Seen {
  /** We wrote it ourselves, and nobody has looked since. */
  readonly isOwn: boolean;
  readonly expiresAtMs: number;
}

/**
 * A change within one tick of the file system's clock after we looked keeps the signature. What was looked at so
 * soon after its last change is therefore read once more (as Git's "racily clean" index entries).
 */
export const racyMs = 50;

/** How long content is taken as known from its signature alone: the rate of verification from scratch. */
const rememberedMs = 6 * 3_600_000;

/**
 * What we saw last at each path, by signature (`signatureOf`), so that a file that did not change is not read
 * again, and our own changes can be told from those of others. Bounded; what was seen longest ago leaves first.
 */
export class FileMemory {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #known = new Map<string, Known>();
  readonly #busy = new Map<string, number>();

  constructor(clock: Clock, limit = 50_000) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /**
   * The digest of the file at `path`, if it is the one of this signature; else `null`. What we have just written
   * counts, too: whoever changes it within one tick cannot be told from one who does right after, and watching
   * (`lastSeen`) looks at it once more.
   */
  recall(path: string, signature: string): string | null {
    const known = this.#known.get(path);
    if (known === undefined || known.signature !== signature) return null;
    if (!known.trusted && !known.isOwn) return null;
    return known.expiresAtMs <= this.#clock.monotonicMs() ? null : known.digest;
  }

  /**
   * @param changedAtMs wall clock of the last change (`ctime`).
   * @param lookedAtMs wall clock right before it was read.
   * @param isOwn whether this is not what was read, but what we wrote.
   */
  remember(
    path: string,
    signature: string,
    digest: string,
    times: { readonly changedAtMs: number; readonly lookedAtMs: number },
    isOwn = false,
  ): void {
    this.#known.delete(path);
    this.#known.set(path, {
      signature,
      digest,
      expiresAtMs: this.#clock.monotonicMs() + rememberedMs,
      isOwn,
      trusted: times.changedAtMs < times.lookedAtMs - racyMs,
    });
    if (this.#known.size <= this.#limit) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }

  /** Nothing is at this path. */
  forget(path: string): void {
    this.#known.delete(path);
  }

  /** What was seen there last, however long ago; `null`: nothing was there, or nobody looked. */
  lastSeen(path: string): Seen | null {
    return this.#known.get(path) ?? null;
  }

  /** Runs a change of our own; until it has ended, what is noticed at the path says nothing yet. */
  async changing<T>(path: string, change: () => Promise<T>): Promise<T> {
    this.#busy.set(path, (this.#busy.get(path) ?? 0) + 1);
    try {
      return await change();
    } finally {
      const left = (this.#busy.get(path) ?? 1) - 1;
      if (left === 0) this.#busy.delete(path);
      else this.#busy.set(path, left);
    }
  }

  isChanging(path: string): boolean {
    return this.#busy.has(path);
  }
}
