/** Who wants to know of which path: every application names its own, and one path may be of several. */
export class Audience<T> {
  /** By application, and in it by path. */
  readonly #wishes = new Map<string, ReadonlyMap<string, readonly T[]>>();
  /** By path: the applications that name it. */
  readonly #names = new Map<string, Set<string>>();

  /**
   * All that an application wants to know from now on.
   * @returns the paths that are new for it, and those that it names no longer
   */
  change(
    name: string,
    wishes: ReadonlyMap<string, readonly T[]>,
  ): { readonly added: readonly string[]; readonly left: readonly string[] } {
    const before = this.#wishes.get(name) ?? new Map<string, readonly T[]>();
    if (wishes.size === 0) this.#wishes.delete(name);
    else this.#wishes.set(name, wishes);
    const added = [...wishes.keys()].filter((path) => !before.has(path));
    const left = [...before.keys()].filter((path) => !wishes.has(path));
    for (const path of added) {
      const names = this.#names.get(path) ?? new Set();
      this.#names.set(path, names.add(name));
    }
    for (const path of left) {
      const names = this.#names.get(path);
      names?.delete(name);
      if (names?.size === 0) this.#names.delete(path);
    }
    return { added, left };
  }

  /** What is to be told where something happens to a path. */
  of(path: string): readonly T[] {
    const names = [...(this.#names.get(path) ?? [])];
    return names.flatMap((name) => this.#wishes.get(name)?.get(path) ?? []);
  }
}
