import type { Taken } from './taken.ts';

const nothing: readonly Taken[] = [];
const nobody: ReadonlySet<string> = new Set();

/**
 * What applications want and others own, found from either side: most stand in nobody's way, and whoever comes to rest asks
 * for whom it does. Asking costs the same however many applications there are.
 */
export class TakenIndex {
  readonly #of = new Map<string, readonly Taken[]>();
  readonly #from = new Map<string, Set<string>>();

  /** What an application wants and others own. */
  of(id: string): readonly Taken[] {
    return this.#of.get(id) ?? nothing;
  }

  /** Who wants something that an application owned when they were prepared. */
  waitingFor(owner: string): ReadonlySet<string> {
    return this.#from.get(owner) ?? nobody;
  }

  /** Replaces what an application wants and others own. */
  set(id: string, taken: readonly Taken[]): void {
    for (const { owner } of this.of(id)) {
      const waiting = this.#from.get(owner);
      waiting?.delete(id);
      if (waiting?.size === 0) this.#from.delete(owner);
    }
    if (taken.length === 0) this.#of.delete(id);
    else this.#of.set(id, taken);
    for (const { owner } of taken) {
      const waiting = this.#from.get(owner) ?? new Set();
      this.#from.set(owner, waiting.add(id));
    }
  }
}
