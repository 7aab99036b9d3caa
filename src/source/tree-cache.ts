import type { TreeEntry } from './source.ts';

/** Parsed tree objects by object id, the least recently used dropped first. Content-addressed: entries never go stale. */
export class TreeCache {
  readonly #capacity: number;
  readonly #trees = new Map<string, readonly TreeEntry[]>();
  #entries = 0;

  /** `capacity`: members of trees, over all of them. */
  constructor(capacity = 50_000) {
    this.#capacity = capacity;
  }

  get(oid: string): readonly TreeEntry[] | undefined {
    const found = this.#trees.get(oid);
    if (found === undefined) return undefined;
    this.#trees.delete(oid);
    this.#trees.set(oid, found);
    return found;
  }

  set(oid: string, tree: readonly TreeEntry[]): void {
    const weight = tree.length + 1;
    if (weight > this.#capacity || this.#trees.has(oid)) return;
    this.#trees.set(oid, tree);
    this.#entries += weight;
    for (const [oldest, members] of this.#trees) {
      if (this.#entries <= this.#capacity) break;
      this.#trees.delete(oldest);
      this.#entries -= members.length + 1;
    }
  }
}
