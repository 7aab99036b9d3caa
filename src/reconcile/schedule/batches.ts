import type { Guard, PlanSet } from '../../model/plan.ts';
import type { Batch } from './batch.ts';

/** The batches that one application is part of: that of the newest commit, and those that it still owes a word. */
export class Batches {
  readonly #id: string;
  #current: Batch | null = null;
  /** Batches that it left for newer ones before it could say what it wants. */
  readonly #former = new Set<Batch>();

  constructor(id: string) {
    this.#id = id;
  }

  /** @returns who is to be looked at, because it leaves the batch that it was part of. */
  join(batch: Batch): readonly string[] {
    const before = this.#current;
    this.#current = batch;
    // Those of the former commit that delete still have to know what this one wants.
    if (before?.isOwed(this.#id) !== true) return before?.leave(this.#id) ?? [];
    this.#former.add(before);
    return [];
  }

  /** It is gone. @returns who is to be looked at because of that. */
  leave(): readonly string[] {
    const all = [this.#current, ...this.#former];
    this.#current = null;
    return all.flatMap((batch) => batch?.leave(this.#id) ?? []);
  }

  /** Nobody waits for it, and it waits for nobody. */
  clear(): void {
    this.#current = null;
    this.#former.clear();
  }

  /** It was planned, or cannot be: see `Batch.planned`. @returns who is to be looked at because of that. */
  planned(
    planSet: PlanSet | null,
    counts: boolean,
    unsaidAt: readonly string[] | null,
  ): readonly string[] {
    const concerned = [...(this.#current?.planned(this.#id, planSet, counts, unsaidAt) ?? [])];
    for (const former of this.#former) {
      concerned.push(...former.said(this.#id, unsaidAt));
      if (unsaidAt === null || former.isOver) this.#former.delete(former);
    }
    return concerned;
  }

  /** Whether it must wait for others of its commit to be planned, see `Batch.mustWait`. */
  get mustWait(): boolean {
    return this.#current?.mustWait(this.#id) === true;
  }

  /** What a person must confirm before it deletes, see `Batch.guards`. */
  guards(targets: readonly string[]): readonly Guard[] {
    return this.#current?.guards(this.#id, targets) ?? [];
  }
}
