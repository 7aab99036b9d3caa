import { noDispute, patienceMs, writtenByAnother, writtenHere } from './dispute.ts';

/** At which targets an application has a record, and who else writes it. */
export class Ownership {
  readonly #targets = new Set<string>();
  #dispute = noDispute;
  readonly #announced = new Map<string, { readonly release: string; readonly sinceMs: number }>();

  /** Targets where its inventory is known to be, configured or not. */
  get targets(): ReadonlySet<string> {
    return this.#targets;
  }

  /** It has a record there. */
  add(target: string): void {
    this.#targets.add(target);
  }

  /** It has none there any more. */
  drop(target: string): void {
    this.#targets.delete(target);
  }

  /** Its record was written here. @param nowMs monotonic */
  writtenHere(nowMs: number): void {
    this.#dispute = writtenHere(this.#dispute, nowMs);
  }

  /**
   * Its record was written by somebody else.
   * @param nowMs monotonic
   * @returns how long that may wait to be looked at, see `patienceMs`.
   */
  writtenByAnother(nowMs: number): number {
    this.#dispute = writtenByAnother(this.#dispute, nowMs);
    return patienceMs(this.#dispute);
  }

  /** What is written from now on is for another reason. */
  endDispute(): void {
    this.#dispute = noDispute;
  }

  /** Since when it is known that what another controller's release has announced is not there; monotonic, as `nowMs` is. */
  announcedSinceMs(target: string, release: string, nowMs: number): number {
    const seen = this.#announced.get(target);
    const sinceMs = seen?.release === release ? seen.sinceMs : nowMs;
    this.#announced.set(target, { release, sinceMs });
    return sinceMs;
  }
}
