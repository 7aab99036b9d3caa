import type { Action, Change, Plan, PlanCounts, PlanSet } from '../../model/plan.ts';

/** Actions in the order in which they are counted and named everywhere. */
const order: readonly (keyof PlanCounts)[] = [
  'create',
  'update',
  'replace',
  'delete',
  'adopt',
  'run',
  'unchanged',
];

/** These are named also when there are none: their absence is news. */
const always: ReadonlySet<keyof PlanCounts> = new Set(['create', 'update', 'delete', 'unchanged']);

/** `1 application`, `2 applications` */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2 to create, 1 to update, 0 to delete, 5 unchanged` */
export function showCounts(counts: PlanCounts): string {
  return order
    .filter((name) => always.has(name) || counts[name] > 0)
    .map((name) =>
      name === 'unchanged' ? `${counts[name]} unchanged` : `${counts[name]} to ${name}`,
    )
    .join(', ');
}

export function sumCounts(plans: readonly Plan[]): PlanCounts {
  const sum = { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, run: 0, unchanged: 0 };
  for (const plan of plans) for (const name of order) sum[name] += plan.counts[name];
  return sum;
}

export function changesOf(planSet: PlanSet): readonly Change[] {
  return planSet.plans.flatMap((plan) => plan.changes);
}

/** Whether carrying it out loses something: those plans are confirmed by name. */
export function isDestructive(planSet: PlanSet): boolean {
  const losing: ReadonlySet<Action> = new Set(['delete', 'replace']);
  return changesOf(planSet).some((change) => losing.has(change.action));
}
