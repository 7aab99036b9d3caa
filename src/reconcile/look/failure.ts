import type { SyncOutcome } from '../../control/api.ts';
import type { ErrorRecord } from '../../model/error.ts';
import type { Release } from '../../model/release.ts';
import type { ApplicationEvent, ApplicationState } from '../../release/machine.ts';
import { isUnverified } from './context.ts';
import type { PlannedRun, RunContext } from './context.ts';
import { quarantine } from './quarantine.ts';
import type { Undone } from './attempts.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/** For what is no longer configured and still has something to do: go on for ever, slower and slower. */
const defaultRetry = { limit: null, initialMs: 5_000, factor: 2, maxMs: 300_000 };

/** A release failed: go back to the last good revision where that is wanted and possible, else try again later. */
export async function afterFailure(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  release: Release,
  unhealthy: boolean,
): Promise<void> {
  const error = release.error;
  if (error === null) return;
  if (release.outcome === 'superseded') {
    // No failure of it, and nothing to go back to: what is newer is looked at next.
    runtime.status.move(failureOf(runtime.status.state) ?? 'apply-failed');
    runtime.status.say(error.message);
    return;
  }
  const application = runtime.declared.application;
  // What was good before and fails now has nothing better behind it.
  const isNew = run.targets.some(isUnverified);
  const final = unhealthy || !error.retryable;
  const mayRevert =
    isNew &&
    run.fallback === 'none' &&
    application?.onFailure === 'revert' &&
    runtime.pending.hold === null;
  const isOver =
    application?.retry.limit != null && runtime.attempts.count >= application.retry.limit;
  // What the place refuses says nothing against the commit, however often it was tried.
  const exhausted = isOver && !isOfPlace(error);
  if (mayRevert && (final || exhausted) && !context.signal.aborted) {
    const remembered = await quarantine(context, runtime, run, error.message);
    if (remembered) {
      runtime.status.move('apply-failed');
      runtime.status.blame(error, `${error.message}; going back to the last good revision`);
      runtime.agenda.add('revert');
      context.queue.add(runtime.id);
      return;
    }
  }
  // That a part of it failed says nothing of the attempts at what was left out.
  fail(context, runtime, error, run.isWhole === false ? '' : run.planSet.digest);
  const undone = undoneBy(run, release, error);
  if (runtime.status.state === 'failed') runtime.attempts.giveUp(undone);
  else runtime.attempts.postpone(undone);
}

/** What was not carried out, so that no look that finds nothing new tries it again, or tries it too soon. */
function undoneBy(run: PlannedRun, { steps }: Release, error: ErrorRecord): Undone {
  const done = new Set(
    steps.filter(({ result }) => result === 'done').map(({ changeDigest }) => changeDigest),
  );
  const undone = run.planSet.plans
    .flatMap(({ changes }) => changes)
    .map(({ digest }) => digest)
    .filter((digest) => !done.has(digest));
  return { error, changes: new Set(undone), wish: wishOf(run) };
}

/** What of a planned run is wanted, whatever is live; equal texts are the same wish. */
export function wishOf({ planSet }: PlannedRun): string {
  return planSet.plans.map(({ target, desiredDigest }) => `${target} ${desiredDigest}`).join();
}

/** What was given up, or put off, stays so: it says again why. */
export function leaveUndone(runtime: ApplicationRuntime, { error }: Undone): SyncOutcome {
  const isGivenUp = runtime.attempts.putOff === null;
  if (isGivenUp) runtime.attempts.expectNone();
  runtime.status.move(isGivenUp ? 'plan-given-up' : 'plan-put-off');
  runtime.pending.wait(null);
  runtime.status.blame(error);
  return { kind: 'blocked', message: error.message, error };
}

/** Whether the place did not allow it, or lacked something: a right, room in a quota, a namespace. */
function isOfPlace({ class: kind, retryable }: ErrorRecord): boolean {
  return retryable && (kind === 'denied' || kind === 'input');
}

/** What a failure is called in each state; `null` where nothing is under way. */
function failureOf(state: ApplicationState): ApplicationEvent | null {
  switch (state) {
    case 'planning':
      return 'plan-failed';
    case 'applying':
    case 'reverting':
      return 'apply-failed';
    case 'verifying':
      return 'health-missed';
    default:
      return null;
  }
}

/** Records a failure, whatever was under way, and when to try again. */
export function fail(
  context: RunContext,
  runtime: ApplicationRuntime,
  error: ErrorRecord,
  digest = '',
): SyncOutcome {
  if (digest !== '') runtime.attempts.failed(digest);
  const event = failureOf(runtime.status.state);
  if (event !== null) runtime.status.move(event);
  if (event === 'plan-failed') runtime.seen.mark('Unknown');
  runtime.status.blame(error);
  if (!error.retryable) {
    runtime.attempts.expectNone();
    runtime.status.move('gave-up');
  } else scheduleRetry(context, runtime);
  return { kind: 'blocked', message: error.message, error };
}

/** Says when the next attempt is due, by the application's retry policy; none left: it waits for a change or a person. */
export function scheduleRetry(context: RunContext, runtime: ApplicationRuntime): void {
  const retry = runtime.declared.application?.retry ?? defaultRetry;
  const isDue = runtime.attempts.schedule(retry, context.ports);
  if (!isDue && runtime.status.state === 'backing-off') runtime.status.move('gave-up');
}
