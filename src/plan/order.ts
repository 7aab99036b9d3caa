import type { Change, PlanCounts } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import { resourceKey } from '../model/resource.ts';

/**
 * Order of application: everything that makes, by wave and rank; then deletes the other way round, so that what
 * depends on others goes before them, and those that wait for the rest at the end. What is run after a removal follows. Ties are broken by name, so that
 * equal plans look equal.
 */
export function orderChanges(changes: readonly Change[]): readonly Change[] {
  return changes.toSorted((left, right) => {
    const part = partOf(left) - partOf(right);
    if (part !== 0) return part;
    const order = left.wave - right.wave || left.rank - right.rank;
    if (order !== 0) return left.action === 'delete' ? -order : order;
    return compare(resourceKey(left.id), resourceKey(right.id));
  });
}

/** The part of a release that a change belongs to; one begins when all of the last is done. */
function partOf({ action, last, moment, leftOut }: Change): number {
  // On record before anything is deleted: whoever goes on after a crash does not run it either.
  if (leftOut === true) return 0;
  if (moment === 'after-removal') return 3;
  if (action !== 'delete') return 0;
  if (last === undefined) return 1;
  return last === 'deletes' ? 2 : 4;
}

/** Changes that may run side by side, in the order of the groups. */
export interface Stage {
  readonly kind: 'make' | 'delete';
  readonly wave: number;
  /** Whether the wave ends with this stage, so that its health must be awaited. */
  readonly endsWave: boolean;
  readonly changes: readonly Change[];
}

/** Cuts ordered changes into stages: same wave and rank run in parallel. */
export function stagesOf(ordered: readonly Change[]): readonly Stage[] {
  const stages: {
    kind: Stage['kind'];
    part: number;
    wave: number;
    rank: number;
    changes: Change[];
  }[] = [];
  for (const change of ordered) {
    const kind = change.action === 'delete' ? 'delete' : 'make';
    const part = partOf(change);
    const last = stages.at(-1);
    if (
      last !== undefined &&
      last.part === part &&
      last.wave === change.wave &&
      last.rank === change.rank
    ) {
      last.changes.push(change);
    } else {
      stages.push({ kind, part, wave: change.wave, rank: change.rank, changes: [change] });
    }
  }
  return stages.map((stage, at) => {
    const next = stages[at + 1];
    return {
      kind: stage.kind,
      wave: stage.wave,
      endsWave: next === undefined || next.kind !== stage.kind || next.wave !== stage.wave,
      changes: stage.changes,
    };
  });
}

/** Counts changes by action. */
export function countChanges(changes: readonly Change[], unchanged: number): PlanCounts {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, run: 0 };
  for (const change of changes) counts[change.action] += 1;
  return { ...counts, unchanged };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether one is made before the other, whatever else is planned. */
export function comesBefore(one: Desired, other: Desired): boolean {
  return one.wave < other.wave || (one.wave === other.wave && (one.rank ?? 0) < (other.rank ?? 0));
}
