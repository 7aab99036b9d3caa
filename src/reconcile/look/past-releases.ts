import type { Release } from '../../model/release.ts';
import type { HealLog } from '../../release/contest.ts';

/** How a release ended, as tables show it. */
type LastRelease = Pick<Release, 'id' | 'outcome'> & { readonly atMs: number };

/** What is remembered of an application's releases: how the last one ended, what was healed, and what was run for failures. */
export class PastReleases {
  #last: LastRelease | null = null;
  #isRecalled = false;
  #known: string | null = null;
  #unknown: string | null = null;
  #heals: HealLog = new Map();
  readonly #failuresSeenTo = new Map<string, string>();

  get last(): LastRelease | null {
    return this.#last;
  }

  /** Whether history was asked for the last one. */
  get isRecalled(): boolean {
    return this.#isRecalled;
  }

  /** A release that is live at a target, and that history was seen to have; `null`: none was looked for. */
  get known(): string | null {
    return this.#known;
  }

  /** The one that is live and that history does not have, once approvals were withdrawn for that. */
  get unknown(): string | null {
    return this.#unknown;
  }

  get heals(): HealLog {
    return this.#heals;
  }

  /** By target: the digest of the desired state for whose failure what is to run then has run. */
  get failuresSeenTo(): ReadonlyMap<string, string> {
    return this.#failuresSeenTo;
  }

  ended({ id, outcome, endedAtMs, startedAtMs }: Release): void {
    this.#last = { id, outcome, atMs: endedAtMs ?? startedAtMs };
  }

  /** History is asked for the last one. */
  recall(): void {
    this.#isRecalled = true;
  }

  /** History has a release that is live. */
  found(release: string): void {
    this.#known = release;
  }

  /** History does not have the release that is live, and approvals were withdrawn for that. */
  missing(release: string): void {
    this.#unknown = release;
  }

  healed(heals: HealLog): void {
    this.#heals = heals;
  }

  /** What is to run at a target for the failure of this desired state has run. */
  seeTo(target: string, desiredDigest: string): void {
    this.#failuresSeenTo.set(target, desiredDigest);
  }

  /** A release ended well: the next failure is another one. */
  endFailures(): void {
    this.#failuresSeenTo.clear();
  }
}
