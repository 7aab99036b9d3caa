/**
 * Which applications a changed path concerns. Each application is filed under the folders and files that its
 * render read, by source; a lookup costs the depth of the path, whatever the number of applications.
 */
export class PathIndex {
  /** One application is nearly always alone with a path: it stands for itself, without a set around it. */
  readonly #bySource = new Map<string, Map<string, string | Set<string>>>();
  readonly #filed = new Map<string, ReadonlyMap<string, readonly string[]>>();

  /** Files `id` anew under these paths, by source. */
  file(id: string, paths: ReadonlyMap<string, readonly string[]>): void {
    const known = this.#filed.get(id);
    if (known !== undefined && samePaths(known, paths)) return;
    this.drop(id);
    for (const [source, own] of paths) {
      const byPath = this.#bySource.get(source) ?? new Map<string, string | Set<string>>();
      this.#bySource.set(source, byPath);
      for (const path of own) byPath.set(path, withId(byPath.get(path), id));
    }
    this.#filed.set(id, paths);
  }

  drop(id: string): void {
    const known = this.#filed.get(id);
    if (known === undefined) return;
    for (const [source, own] of known) {
      const byPath = this.#bySource.get(source);
      for (const path of own) {
        const ids = byPath?.get(path);
        if (typeof ids === 'object') ids.delete(id);
        if (ids === id || (typeof ids === 'object' && ids.size === 0)) byPath?.delete(path);
      }
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
        const ids = byPath.get(at);
        if (typeof ids === 'string') found.add(ids);
        else for (const id of ids ?? []) found.add(id);
        if (at === '') break;
      }
    }
    return found;
  }

  /** All applications of a source, for when it is not known what changed. */
  allOf(source: string): readonly string[] {
    return [...this.#filed].filter(([, filed]) => filed.has(source)).map(([id]) => id);
  }
}

function withId(ids: string | Set<string> | undefined, id: string): string | Set<string> {
  if (ids === undefined || ids === id) return id;
  return typeof ids === 'string' ? new Set([ids, id]) : ids.add(id);
}

function samePaths(
  left: ReadonlyMap<string, readonly string[]>,
  right: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([source, paths]) => {
    const others = right.get(source);
    return paths.length === others?.length && paths.every((path, at) => path === others[at]);
  });
}
