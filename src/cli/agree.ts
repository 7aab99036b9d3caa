import type { SyncOutcome } from '../control/api.ts';
import type { PlanSet } from '../model/plan.ts';
import { orAbort } from './abort.ts';
import type { Context } from './context.ts';
import { showSelector } from './selection.ts';
import { isDestructive } from './show/counts.ts';
import { showPlan, withYes } from './show/plan.ts';
import { confirm, confirmByName } from './terminal/prompt.ts';
import { hang } from './terminal/width.ts';

/** Plans that may follow one another while a person thinks; then it is left to them to start anew. */
const mostRounds = 5;

/**
 * Asks for something that may need a person's yes, and gives that yes where `--yes` or the person at the terminal
 * does. What is agreed to is the digest of the very plan that was shown: if it moves meanwhile, it is shown anew.
 *
 * @returns the outcome; `waiting` when nobody agreed
 */
export async function carryOut(
  context: Context,
  request: (approve: string | null) => Promise<SyncOutcome>,
  options: { readonly yes: boolean; readonly shown: PlanSet | null },
): Promise<SyncOutcome> {
  let shown = options.shown;
  let approve = options.yes && shown !== null ? shown.digest : null;
  for (let round = 0; ; round += 1) {
    const outcome = await orAbort(context.signal, request(approve));
    if (outcome.kind !== 'waiting' || round === mostRounds) return outcome;
    if (outcome.plan.digest !== shown?.digest) {
      shown = outcome.plan;
      context.progress.important(
        showPlan(shown, {
          style: context.style,
          width: context.progress.width,
          waiting: outcome.message,
          agreed: options.yes ? withYes : undefined,
        }),
      );
      if (options.yes) {
        // --yes is a yes to what was shown, and this has only just been shown.
        approve = shown.digest;
        continue;
      }
    } else if (approve === shown.digest) return outcome;
    if (options.yes || !context.interactive) return outcome;
    if (!(await agree(context, outcome.plan, outcome.message))) return outcome;
    approve = outcome.plan.digest;
  }
}

/** Asks the person at the terminal; deletes are agreed to by typing the application's name. */
export async function agree(context: Context, planSet: PlanSet, why: string): Promise<boolean> {
  const name = showSelector(planSet);
  const { progress, style } = context;
  progress.important(hang(`${style.warn('!')} `, `${name} ${why}`, progress.width));
  return isDestructive(planSet)
    ? confirmByName(context, 'This deletes.', planSet.application)
    : confirm(context, `Carry out this plan for ${context.style.strong(name)}?`);
}
