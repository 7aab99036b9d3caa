/**
 * Which applications a changed path concerns. Each application is filed under the folders and files that its
 * render read, by source; a lookup costs the depth of the path, whatever the number of applications.
 */
export class PathIndex {
  readonly #bySource = new Map<string, Map<string, Set<string>>>();
  readonly #filed = new Map<
    string,
    { readonly source: string; readonly paths: readonly string[] }
  >();

  /** Files `id` anew under `paths` of `source`. */
  file(id: string, source: string, paths: readonly string[]): void {
    const known = this.#filed.get(id);
    if (known !== undefined && known.source === source && samePaths(known.paths, paths)) return;
    this.drop(id);
    const byPath = this.#bySource.get(source) ?? new Map<string, Set<string>>();
    this.#bySource.set(source, byPath);
    for (const path of paths) {
      const ids = byPath.get(path) ?? new Set<string>();
      byPath.set(path, ids.add(id));
    }
    this.#filed.set(id, { source, paths });
  }

  drop(id: string): void {
    const known = this.#filed.get(id);
    if (known === undefined) return;
    const byPath = this.#bySource.get(known.source);
    for (const path of known.paths) {
      const ids = byPath?.get(path);
      ids?.delete(id);
      if (ids?.size === 0) byPath?.delete(path);
    }
    this.#filed.delete(id);
  }

  /** Applications that read `path`, or a folder above it, or looked for it. */
  concernedBy(source: string, paths: readonly string[]): ReadonlySet<string> {
    const byPath = this.#bySource.get(source);
    const found = new Set<string>();
    if (byPath === undefined) return found;
    for (const path of paths) {
      for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
        for (const id of byPath.get(at) ?? []) found.add(id);
        if (at === '') break;
      }
    }
    return found;
  }

  /** All applications of a source, for when it is not known what changed. */
  allOf(source: string): readonly string[] {
    return [...this.#filed].filter(([, filed]) => filed.source === source).map(([id]) => id);
  }
}

function samePaths(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((path, at) => path === right[at]);
}
