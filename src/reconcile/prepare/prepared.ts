import type { Desired } from '../../model/resource.ts';
import type { Packer } from '../../system/packer.ts';
import type { Revision } from '../../model/revision.ts';
import type { ClusterSeen } from './cluster-view.ts';

/** What rendering and preparing one revision gave, by target. */
export interface Prepared {
  readonly revision: Revision;
  /** Identity of what was prepared: commits and configuration; equal keys need no new rendering. */
  readonly key: string;
  readonly byTarget: ReadonlyMap<string, readonly Desired[]>;
  readonly warnings: readonly string[];
  /** What charts say to who installs them. */
  readonly notes: string;
  /** What was seen of the targets themselves, by their names; see `seesTheSame`. */
  readonly seen: ReadonlyMap<string, ClusterSeen>;
  /** Paths in the source that were read; what a commit touches elsewhere cannot matter. */
  readonly paths: readonly string[];
}

/**
 * What was prepared last of an application. While nobody works with it, what is wanted is kept as packed text: as objects
 * it takes ten times as much, and most applications rest most of the time.
 */
export class KeptPrepared {
  readonly key: string;
  readonly notes: string;
  readonly paths: readonly string[];
  readonly seen: Prepared['seen'];
  readonly #rest: Omit<Prepared, 'byTarget'>;
  #byTarget: Prepared['byTarget'] | null;
  #packed: Uint8Array | null = null;
  readonly #packer: Packer;
  #refersToSecrets: boolean | null = null;

  constructor({ byTarget, ...rest }: Prepared, packer: Packer) {
    this.#packer = packer;
    this.#byTarget = byTarget;
    this.#rest = rest;
    ({ key: this.key, notes: this.notes, paths: this.paths, seen: this.seen } = rest);
  }

  /** @param stays Whether it will be asked for again soon, up to `fold`. */
  whole(stays: boolean): Prepared {
    const byTarget = this.#byTarget ?? this.#unfold();
    if (stays) this.#byTarget = byTarget;
    return { ...this.#rest, byTarget };
  }

  /** Nobody works with it for now. What holds values of secrets stays as it is: they are never written down. */
  fold(): void {
    if (this.#byTarget === null) return;
    const lists = [...this.#byTarget];
    if (lists.some(([, list]) => list.some(({ secret }) => secret !== undefined))) return;
    this.#packed ??= this.#packer.pack(JSON.stringify(lists));
    this.#byTarget = null;
  }

  #unfold(): Prepared['byTarget'] {
    const text = this.#packed === null ? '[]' : this.#packer.unpack(this.#packed);
    return new Map(JSON.parse(text) as [string, Desired[]][]);
  }

  /** Whether what is wanted holds what stands for a secret. */
  get refersToSecrets(): boolean {
    this.#refersToSecrets ??= [...this.whole(false).byTarget.values()].some((list) =>
      list.some(({ fields }) => JSON.stringify(fields).includes('"$sealed"')),
    );
    return this.#refersToSecrets;
  }
}
