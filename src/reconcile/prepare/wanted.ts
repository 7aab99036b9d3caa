import type { Revision } from '../../model/revision.ts';
import type { KeptPrepared } from './prepared.ts';

/** What an application should be, as far as its sources were read. Written by choose.ts. */
export class Wanted {
  #revision: Revision = [];
  #prepared: KeptPrepared | null = null;
  #missedPaths: readonly string[] = [];

  /** What its sources, or a person, say; empty: nothing was fetched. */
  get revision(): Revision {
    return this.#revision;
  }

  /** What was prepared last; it need not be of `revision`. */
  get prepared(): KeptPrepared | null {
    return this.#prepared;
  }

  /** Paths that it was made of, and those that were read before `revision` turned out not to be renderable. */
  get paths(): readonly string[] {
    return [...(this.#prepared?.paths ?? []), ...this.#missedPaths];
  }

  look(revision: Revision): void {
    this.#revision = revision;
  }

  keep(prepared: KeptPrepared): void {
    this.#prepared = prepared;
  }

  /** @param paths What was read in vain; none: it can be rendered. */
  miss(paths: readonly string[]): void {
    this.#missedPaths = paths;
  }
}
