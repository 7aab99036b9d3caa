import type { Guard, PlanSet } from '../../model/plan.ts';
import { deletesAnything, manyDeletes } from '../../plan/guard.ts';

/**
 * The applications that one commit (or one start) touches. Deletes of any of them wait until all of them are
 * planned, so that a commit that deletes a little in very many applications is seen as what it is, and what another one wants
 * is known.
 */
export class Batch {
  readonly #outstanding: Set<string>;
  /** Those that would delete anything at all. */
  readonly #deleting = new Set<string>();
  /** What each would delete now that is worth a question. */
  readonly #deletes = new Map<string, number>();
  /** The most that each would delete: what this commit deletes is no less once a part of it is done. */
  readonly #most = new Map<string, number>();
  readonly #waiting = new Set<string>();
  /** Those whose wishes at this commit are not known, with their targets: they could not be rendered. */
  readonly #unsaid = new Map<string, readonly string[]>();

  constructor(keys: Iterable<string>) {
    this.#outstanding = new Set(keys);
  }

  /**
   * Notes that `key` was planned (or cannot be), and what it would delete.
   * @param counts Whether that is worth a question. Default true.
   * @param unsaidAt Its targets, where what it wants of them cannot be told. Default: it can.
   * @returns keys that are to be looked at, because what they waited for has changed.
   */
  planned(
    key: string,
    planSet: PlanSet | null,
    counts = true,
    unsaidAt: readonly string[] | null = null,
  ): readonly string[] {
    const deletes = planSet === null || !counts ? 0 : countDeletes(planSet);
    if (planSet !== null && deletesAnything(planSet)) this.#deleting.add(key);
    else this.#deleting.delete(key);
    this.#deletes.set(key, deletes);
    this.#most.set(key, Math.max(deletes, this.#most.get(key) ?? 0));
    return this.said(key, unsaidAt);
  }

  /** The same for one that has left for a newer batch, and says there what it wants. */
  said(key: string, unsaidAt: readonly string[] | null): readonly string[] {
    const wasUnsaid = this.#unsaid.delete(key);
    if (unsaidAt !== null) this.#unsaid.set(key, unsaidAt);
    this.#outstanding.delete(key);
    if (this.#outstanding.size > 0) return [];
    const concerned = new Set(this.#waiting);
    this.#waiting.clear();
    // Whoever asks a person because of this one need not any more.
    if (wasUnsaid && unsaidAt === null) for (const other of this.#deleting) concerned.add(other);
    concerned.delete(key);
    return [...concerned];
  }

  /** Nobody of it would delete anything, or may still turn out to. */
  get isOver(): boolean {
    return this.#outstanding.size === 0 && this.#deleting.size === 0;
  }

  /** Whether what `key` wants is still to come: it was not planned yet, or could not be rendered. */
  isOwed(key: string): boolean {
    return this.#outstanding.has(key) || this.#unsaid.has(key);
  }

  /** Whether `key` must wait for others to be planned; remembered, so that it is told when they are. */
  mustWait(key: string): boolean {
    if (this.#outstanding.size === 0 || !this.#deleting.has(key)) return false;
    this.#waiting.add(key);
    return true;
  }

  /** `key` left the batch: it belongs to a newer one, or is gone. */
  leave(key: string): readonly string[] {
    return this.planned(key, null);
  }

  /** What a person must confirm before `key` deletes, because of what the others delete. */
  guards(key: string, targets: readonly string[]): readonly Guard[] {
    if ((this.#deletes.get(key) ?? 0) === 0) return [];
    return [...this.#unknown(key, targets), ...this.#many()];
  }

  #unknown(key: string, targets: readonly string[]): readonly Guard[] {
    const others = [...this.#unsaid]
      .filter(([other, where]) => other !== key && where.some((one) => targets.includes(one)))
      .map(([other]) => other);
    if (others.length === 0) return [];
    const names = others.slice(0, 3).join(', ') + (others.length > 3 ? ' and others' : '');
    return [
      {
        code: 'wants-unknown',
        message: `${names} could not be rendered at this commit and may want what is deleted here`,
      },
    ];
  }

  #many(): readonly Guard[] {
    const total = [...this.#most.values()].reduce((sum, count) => sum + count, 0);
    const applications = [...this.#most.values()].filter((count) => count > 0).length;
    if (total <= manyDeletes || applications < 2) return [];
    const others = applications === 2 ? 'another application' : `${applications - 1} others`;
    return [
      {
        code: 'many-deletes',
        message: `together with ${others} this commit deletes ${total} resources`,
      },
    ];
  }
}

function countDeletes(planSet: PlanSet): number {
  return planSet.plans.reduce(
    (sum, plan) => sum + plan.changes.filter((change) => change.causeKind === 'removed').length,
    0,
  );
}
