/** Tells who waits for an application that something happened which is worth another look. */
export class Notices {
  #count = 0;
  readonly #listeners = new Set<() => void>();

  /** How many there were: who remembers it does not miss one that comes between two waits. */
  get count(): number {
    return this.#count;
  }

  note(): void {
    this.#count += 1;
    for (const listener of this.#listeners) listener();
  }

  /** @returns how to end it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
