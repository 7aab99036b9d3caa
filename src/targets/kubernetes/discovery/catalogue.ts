import type { ResourceType } from '../client/resource-type.ts';

/** What one version of one group serves. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
  /** `false`: its API does not answer; `types` may be what it had before, or nothing. */
  readonly isFresh: boolean;
  readonly types: readonly ResourceType[];
}

/** What a server has. The versions of a group stand in the order in which the server prefers them. */
export class Catalogue {
  readonly versions: readonly GroupVersion[];
  readonly #byKind = new Map<string, ResourceType>();
  readonly #preferred = new Map<string, ResourceType>();
  readonly #groups = new Set<string>();

  constructor(versions: readonly GroupVersion[]) {
    this.versions = versions;
    for (const { group, types } of versions) {
      this.#groups.add(group);
      for (const type of types) {
        this.#byKind.set(`${group}/${type.version}/${type.kind}`, type);
        const key = `${group}/${type.kind}`;
        if (!this.#preferred.has(key)) this.#preferred.set(key, type);
      }
    }
  }

  resolve(group: string, version: string, kind: string): ResourceType | null {
    return this.#byKind.get(`${group}/${version}/${kind}`) ?? null;
  }

  find(group: string, kind: string): ResourceType | null {
    return this.#preferred.get(`${group}/${kind}`) ?? null;
  }

  /** Whether what is not found may be there all the same: an API of the group (at this version) does not answer. */
  mayHide(group: string, version?: string): boolean {
    return this.versions.some(
      (known) =>
        !known.isFresh &&
        known.group === group &&
        (version === undefined || known.version === version),
    );
  }

  /** Whether everything is still there that another one has; what does not answer now may be. */
  hasAllOf(other: Catalogue): boolean {
    return other.versions.every(({ group, version, types }) =>
      this.versions.some(
        (own) =>
          own.group === group &&
          own.version === version &&
          (!own.isFresh || types.every(({ kind }) => this.resolve(group, version, kind) !== null)),
      ),
    );
  }

  all(): readonly ResourceType[] {
    return [...this.#preferred.values()];
  }
}
