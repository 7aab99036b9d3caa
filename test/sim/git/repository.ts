import { hash } from 'node:crypto';
import type { RepositoryModel } from './model.ts';

export interface Commit {
  readonly id: string;
  readonly parent: string | null;
  readonly tree: string;
  readonly model: RepositoryModel;
  readonly files: ReadonlyMap<string, string>;
}

/** A remote repository with one branch, in memory. Nothing that was ever committed is forgotten here. */
export class Repository {
  readonly url: string;
  readonly #commits = new Map<string, Commit>();
  #tip: string | null = null;
  #count = 0;

  readonly #filesOf: (model: RepositoryModel) => ReadonlyMap<string, string>;

  constructor(url: string, files: (model: RepositoryModel) => ReadonlyMap<string, string>) {
    this.url = url;
    this.#filesOf = files;
  }

  get tip(): Commit | null {
    return this.#tip === null ? null : this.commit(this.#tip);
  }

  /** @throws Error where there is no such commit. */
  commit(id: string): Commit {
    const found = this.#commits.get(id);
    if (found === undefined) throw new Error(`no commit ${id}`);
    return found;
  }

  find(id: string): Commit | null {
    return this.#commits.get(id) ?? null;
  }

  get commits(): readonly Commit[] {
    return [...this.#commits.values()];
  }

  /** Puts a commit on top of `parent` and moves the branch there; what does not descend is a forced push. */
  push(model: RepositoryModel, parent: string | null = this.#tip): Commit {
    const files = this.#filesOf(model);
    const tree = oidOf(
      JSON.stringify([...files].map(([path, content]) => `${path} ${content}`).toSorted()),
    );
    this.#count += 1;
    const id = oidOf(`commit ${this.#count} ${parent} ${tree}`);
    const commit: Commit = { id, parent, tree, model, files };
    this.#commits.set(id, commit);
    this.#tip = id;
    return commit;
  }

  /** Whether `ancestor` is `commit` or comes before it. */
  isAncestor(ancestor: string, commit: string): boolean {
    for (let at: string | null = commit; at !== null; at = this.commit(at).parent) {
      if (at === ancestor) return true;
    }
    return false;
  }
}

export function oidOf(content: string): string {
  return hash('sha1', content);
}
