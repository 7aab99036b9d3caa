import type { SyncOutcome } from '../../control/api.ts';
import { errorRecord } from '../../model/error.ts';
import { contestOf } from '../../release/contest.ts';
import type { Verdict } from '../../release/gate.ts';
import { awaitsDependency } from '../errors.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { PlannedRun, RunContext } from './context.ts';

/**
 * The gate says wait: shows for whom or what, and looks again when that can have changed by itself.
 * @returns what whoever asked is answered; `null`: they wait with it, because it goes on by itself as soon as another
 *   application is ready.
 */
export function showWaiting(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  verdict: Extract<Verdict, { kind: 'wait' }>,
): SyncOutcome | null {
  runtime.status.move(verdict.event);
  runtime.status.say(verdict.message);
  runtime.status.settle(run.problem);
  const waiting =
    verdict.digest === null ? null : { digest: verdict.digest, reason: verdict.message };
  if (runtime.pending.wait(waiting) && waiting !== null) {
    context.journal.emit({
      type: 'plan.waiting',
      ...runtime.key,
      message: verdict.message,
      data: { digest: run.planSet.digest },
    });
  }
  const { untilMs } = contestOf(runtime.releases.heals, run.planSet, context.ports.clock.nowMs());
  if (untilMs !== null) context.queue.addLater(runtime.id, untilMs - context.ports.clock.nowMs());
  if (runtime.pending.hold?.expiresAtMs != null) {
    context.queue.addLater(
      runtime.id,
      Math.max(0, runtime.pending.hold.expiresAtMs - context.ports.clock.nowMs()),
    );
  }
  if (verdict.event === 'plan-needs-dependency') {
    context.dependants.add(runtime);
    if (canComeByItself(context, runtime)) return null;
    const { message } = verdict;
    return { kind: 'blocked', message, error: errorRecord(awaitsDependency({ message })) };
  }
  if (verdict.digest !== null)
    return { kind: 'waiting', plan: run.planSet, message: verdict.message };
  return { kind: 'blocked', message: verdict.message, error: run.problem };
}

/** Whether what this waits for is under way, so that waiting makes sense for the one who asked. */
function canComeByItself(context: RunContext, runtime: ApplicationRuntime): boolean {
  return [...context.applications.values()].some(
    (other) =>
      other !== runtime &&
      other.key.environment === runtime.key.environment &&
      context.queue.isBusy(other.id),
  );
}
