import type { SyncOutcome } from '../../control/api.ts';
import { errorFromRecord } from '../../model/error.ts';
import { nameRevision, showRevision } from '../../model/revision.ts';
import { placeOf } from '../../plan/place.ts';
import { settleRecords, watchApplication } from './bookkeeping.ts';
import type { PlannedRun, RunContext } from './context.ts';
import { scheduleRetry } from './failure.ts';
import { noteReceived, passOn } from './give.ts';
import { planApplication } from './plan-application.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { show } from './show.ts';

/** A release ended well: use up its approvals and look again, while its end is `recorded`. */
export async function afterSuccess(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  recorded: Promise<void>,
): Promise<void> {
  await context.consumeApprovals(runtime.key, run.planSet);
  // Look again: what is shown as synced is what was read after the release, not what was hoped for.
  const again = await planApplication(context, runtime, {
    revision: null,
    retryQuarantined: false,
    preview: false,
  });
  await recorded;
  if (!again.ok) throw again.error;
  await show(context, runtime, again.value);
  await watchApplication(context, runtime, again.value);
  const left = again.value.planSet.plans.flatMap((plan) => plan.changes);
  runtime.status.move(left.length === 0 ? 'health-reached' : 'health-missed');
  if (left.length > 0) {
    // Somebody moved something in the meantime, or the source went on: look again at once.
    context.queue.add(runtime.id);
    const known = new Set(run.targets.flatMap(({ leftAlone = [] }) => [...leftAlone]));
    const message = left.every((change) => known.has(placeOf(change)))
      ? 'released, but for what is left alone'
      : 'changed again while it was released; looking again';
    runtime.status.say(message);
    return;
  }
  await rest(context, runtime, again.value);
}

/** Whether what the source says cannot be had now, and may be later. */
export function isPassing({ fallback, problem }: PlannedRun): boolean {
  return fallback === 'broken' && problem !== null && errorFromRecord(problem).retryable;
}

/** Nothing to do: bring the record up to date and say how it is. */
export async function rest(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<SyncOutcome> {
  const isOnRecord = await settleRecords(context, runtime, run);
  noteReceived(context, runtime, run);
  if (runtime.status.state === 'planning') runtime.status.move('plan-empty');
  runtime.pending.clear();
  runtime.attempts.expectNone();
  if (run.problem !== null) {
    // Live is the last good state and in order; what the source says cannot be had.
    runtime.seen.mark('OutOfSync');
    runtime.status.blame(run.problem);
    const mayPass = isPassing(run);
    runtime.status.move(mayPass ? 'plan-put-off' : 'gave-up');
    if (mayPass) scheduleRetry(context, runtime);
    return { kind: 'blocked', message: run.problem.message, error: run.problem };
  }
  runtime.attempts.succeed();
  runtime.status.settle(null);
  const { hold } = runtime.pending;
  runtime.status.say(
    hold === null
      ? runtime.seen.health.message
      : `${hold.kind === 'revision' ? `held at ${showRevision(run.revision)}` : 'on hold'} by ${hold.by}: ${hold.reason}`,
  );
  if (hold?.expiresAtMs != null) {
    context.queue.addLater(runtime.id, Math.max(0, hold.expiresAtMs - context.ports.clock.nowMs()));
  }
  passOn(context, runtime, run);
  for (const other of context.dependants) {
    if (other.status.state === 'awaiting-dependency') context.queue.add(other.id);
    else context.dependants.delete(other);
  }
  // What may not be written yet is still known, and goes when it may.
  const isGiving = run.targets.some(({ given }) => given.length > 0);
  if (run.leaving && runtime.declared.removal !== null && isOnRecord && !isGiving) {
    runtime.agenda.leaveWithoutHooks(false);
    context.onGone(runtime);
  }
  return { kind: 'unchanged', message: `${runtime.id} is as ${nameRevision(run.revision)} says` };
}
