import type { Action, Change, Plan, PlanCounts, PlanSet } from '../../model/plan.ts';
import { pastTense } from '../../model/plan.ts';
import type { JournalStep, Release } from '../../model/release.ts';

/** Actions in the order in which they are counted and named everywhere. */
const order: readonly Action[] = ['create', 'update', 'replace', 'delete', 'adopt', 'run'];

/** These are named also when there are none: their absence is news. */
const always: ReadonlySet<keyof PlanCounts> = new Set(['create', 'update', 'delete']);

/** `1 application`, `2 applications` */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2 to create, 1 to update, 0 to delete, 1 may run, 5 unchanged` */
export function showCounts(plans: readonly Plan[]): string {
  const counts = sumCounts(plans);
  const changes = plans.flatMap((plan) => plan.changes);
  const mayRun = changes.filter(isIfNeeded).length;
  const leftOut = changes.filter(isLeftOut).length;
  const certain = { ...counts, run: counts.run - mayRun - leftOut };
  return [
    ...order
      .filter((name) => always.has(name) || certain[name] > 0)
      .map((name) => `${certain[name]} to ${name}`),
    ...(mayRun > 0 ? [`${mayRun} may run`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out`] : []),
    `${counts.unchanged} unchanged`,
  ].join(', ');
}

function isLeftOut({ leftOut }: Change): boolean {
  return leftOut === true;
}

function isIfNeeded({ causeKind }: Change): boolean {
  return causeKind === 'if-needed';
}

/** What became of the changes that were not done. */
const undone: Readonly<Record<Exclude<JournalStep['result'], 'done'>, string>> = {
  skipped: 'not needed',
  failed: 'failed',
  unknown: 'of unknown outcome',
  started: 'under way',
};

/** What a release did, from its steps: `1 created, 2 updated, 5 unchanged`. What it did not get to is counted, too. */
export function showDone({ steps, plan, endedAtMs }: Release): string {
  const count = (wanted: (step: JournalStep) => boolean): number => steps.filter(wanted).length;
  const changes = changesOf(plan).length;
  const leftOut = new Set(
    changesOf(plan)
      .filter(isLeftOut)
      .map(({ digest }) => digest),
  );
  const isGivenUp = ({ changeDigest, result }: JournalStep): boolean =>
    result === 'skipped' && leftOut.has(changeDigest);
  const { unchanged } = sumCounts(plan.plans);
  const parts: (readonly [number, string])[] = [
    ...order.map(
      (action) =>
        [
          count((step) => step.action === action && step.result === 'done'),
          pastTense[action],
        ] as const,
    ),
    ...Object.entries(undone).map(
      ([result, words]) =>
        [count((step) => step.result === result && !isGivenUp(step)), words] as const,
    ),
    [count(isGivenUp), 'left out'],
    [endedAtMs === null ? 0 : changes - steps.length, 'not begun'],
    [unchanged, 'unchanged'],
  ];
  const named = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return named.join(', ') || 'nothing';
}

function sumCounts(plans: readonly Plan[]): PlanCounts {
  const sum = { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, run: 0, unchanged: 0 };
  for (const { counts } of plans) {
    for (const name of order) sum[name] += counts[name];
    sum.unchanged += counts.unchanged;
  }
  return sum;
}

/** The changes of all targets, in the order of the plans. */
export function changesOf(planSet: PlanSet): readonly Change[] {
  return planSet.plans.flatMap((plan) => plan.changes);
}

/** Whether carrying it out loses something: those plans are confirmed by name. */
export function isDestructive(planSet: PlanSet): boolean {
  const losing: ReadonlySet<Action> = new Set(['delete', 'replace']);
  return changesOf(planSet).some(
    ({ action, displaces }) => losing.has(action) || displaces !== undefined,
  );
}
