import type { Outcome } from './run.ts';
import type { Schedule, Step } from './schedule.ts';

/** A schedule that still fails in the same way, and what it did. */
interface Shrunk {
  /** Numbers of the steps that are left, from 0. */
  readonly kept: readonly number[];
  readonly outcome: Outcome;
}

/** More runs than this are not worth the wait. */
const mostRuns = 400;

/** The schedule with only these steps. */
export function only(schedule: Schedule, kept: readonly number[]): Schedule {
  return {
    ...schedule,
    steps: kept.map((at) => schedule.steps[at]).filter((step) => step !== undefined),
  };
}

/**
 * Leaves out steps as long as the same rule is broken (delta debugging: large parts first, then smaller ones).
 * @param run Plays a schedule.
 */
export async function shrink(
  schedule: Schedule,
  outcome: Outcome,
  run: (schedule: Schedule) => Promise<Outcome>,
): Promise<Shrunk> {
  const rule = outcome.violations[0]?.rule;
  let best: Shrunk = { kept: schedule.steps.map((_step: Step, at) => at), outcome };
  let runs = 0;
  for (let size = Math.ceil(best.kept.length / 2); size >= 1;) {
    let shorter = false;
    for (let from = 0; from < best.kept.length && runs < mostRuns;) {
      const kept = best.kept.toSpliced(from, size);
      const tried = await run(only(schedule, kept));
      runs += 1;
      if (tried.violations[0]?.rule === rule) {
        best = { kept, outcome: tried };
        shorter = true;
      } else from += size;
    }
    if (runs >= mostRuns) break;
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shorter) break;
  }
  return best;
}
