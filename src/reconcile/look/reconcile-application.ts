import type { SyncOutcome } from '../../control/api.ts';
import { errorRecord } from '../../model/error.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { LookTrigger, RunRequest } from '../schedule/agenda.ts';
import { watchApplication } from './bookkeeping.ts';
import { carryOut } from './carry-out.ts';
import { takeChances } from './chances.ts';
import { isUnverified } from './context.ts';
import type { RunContext } from './context.ts';
import { fail, leaveUndone, scheduleRetry, wishOf } from './failure.ts';
import { decide, mayTouch, partOf } from './gate.ts';
import { outdatedReason } from './outdated.ts';
import { planApplication } from './plan-application.ts';
import { recallRuntime, rememberRuntime } from './remember.ts';
import { isPassing, rest } from './rest.ts';
import { noteDrift, show, shownOf, tell } from './show.ts';
import { answerTests } from './test-application.ts';
import { showWaiting } from './show-waiting.ts';

/**
 * One look at one application, from what asked for it to rest: plan, judge, and if allowed, release. Never
 * rejects: whatever fails is this application's state and nobody else's.
 */
export async function reconcileApplication(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<void> {
  const { agenda, attempts } = runtime;
  if (agenda.hasTests) {
    await answerTests(context, runtime, agenda.takeTests());
    // In a checkout nothing else was asked for.
    const isAll = agenda.requests.length === 0 && agenda.triggers.size === 0;
    if (isAll && !context.options.continuous) return;
  }
  const { requests, triggers } = agenda.take();
  const before = shownOf(runtime);
  runtime.status.move('triggered');
  // A place that does not answer keeps a look busy for as long as it is waited for: why is not hidden meanwhile.
  const { error } = runtime.status;
  runtime.status.say(
    error === null ? 'rendering, reading and planning' : `looking again, after: ${error.message}`,
  );
  let outcome: SyncOutcome | null;
  try {
    await recallRuntime(context, runtime);
    outcome = await attempt(context, runtime, requests, triggers);
  } catch (thrown) {
    outcome = fail(context, runtime, errorRecord(thrown));
  }
  if (outcome === null) {
    // It goes on by itself as soon as another application is ready; who asked waits with it.
    agenda.putBack(requests);
  } else {
    for (const request of requests) request.answer(outcome);
  }
  agenda.lookEnded();
  // An earlier look has taken the place of the one that was due.
  if (attempts.retryAtMs !== null)
    context.queue.addLater(
      runtime.id,
      Math.max(0, attempts.retryAtMs - context.ports.clock.monotonicMs()),
    );
  tell(context, runtime, before);
  runtime.wanted.prepared?.fold();
  await rememberRuntime(context, runtime);
  await context.journal.flush();
  answerWhoWaits(context, runtime);
}

/** Whoever asked for what waits for another is told as soon as nothing is under way any more that it could wait for. */
function answerWhoWaits(context: RunContext, { key }: ApplicationRuntime): void {
  for (const other of context.dependants) {
    if (other.agenda.requests.length === 0 || other.key.environment !== key.environment) continue;
    // A moment later: this look still counts as under way.
    context.queue.addLater(other.id, 1);
  }
}

/** The others of its commit hear what it would delete, and whether it is known what it wants. */
function tellBatches(
  { queue, taken }: RunContext,
  runtime: ApplicationRuntime,
  planned: Awaited<ReturnType<typeof planApplication>>,
): void {
  const { id } = runtime;
  const { environment } = runtime.declared;
  const isUnsaid = !hasSaid(runtime, planned) && taken.of(id).length === 0;
  const unsaidAt = isUnsaid ? (environment?.targets ?? []) : null;
  // What an ephemeral environment deletes is worth no question, so it does not count.
  const counts = environment?.ephemeral !== true;
  const planSet = planned.ok ? planned.value.planSet : null;
  for (const other of runtime.batches.planned(planSet, counts, unsaidAt)) queue.add(other);
}

/**
 * Whether it is known what the application wants at this commit. What is wrong with its record or its target is no matter of
 * what it wants, and who is refused what another one owns has said that it wants that, see give.ts.
 */
function hasSaid(
  { declared: { removal } }: ApplicationRuntime,
  planned: Awaited<ReturnType<typeof planApplication>>,
): boolean {
  if (removal !== null) return true;
  if (planned.ok) return planned.value.fallback !== 'broken';
  return planned.error.class !== 'input' || planned.error.code.startsWith('target.');
}

async function attempt(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<LookTrigger>,
): Promise<SyncOutcome | null> {
  if (requests.length > 0)
    runtime.agenda.leaveWithoutHooks(requests.some(({ withoutHooks }) => withoutHooks === true));
  takeChances(context, runtime, requests, triggers);
  await rememberRuntime(context, runtime);
  const planned = await planApplication(context, runtime, {
    revision: null,
    withoutHooks: runtime.agenda.withoutHooks,
    retryQuarantined: requests.some((request) => request.retryQuarantined),
    fromScratch: triggers.has('verify'),
    preview: false,
  });
  tellBatches(context, runtime, planned);
  if (!planned.ok) return fail(context, runtime, errorRecord(planned.error));
  const run = planned.value;
  runtime.attempts.keepOf(wishOf(run));
  const changes = run.planSet.plans.flatMap((plan) => plan.changes);
  runtime.pending.leftAlone(await outdatedReason(context, runtime, run));
  await show(context, runtime, run);
  await watchApplication(context, runtime, run);
  const unverified = run.fallback === 'none' && run.targets.some(isUnverified);
  if (changes.length === 0 && (!unverified || !mayTouch(context, runtime, run)))
    return rest(context, runtime, run);
  const undone = runtime.attempts.putOff ?? runtime.attempts.givenUp;
  // All of it is made and did not work: until it does there is nothing to find out.
  if (changes.length === 0 && undone !== null && !runtime.seen.works)
    return leaveUndone(runtime, undone);

  runtime.pending.planned(run.planSet);
  noteDrift(context, runtime, run, triggers);
  const verdict = await decide(context, runtime, run, requests);
  if (verdict.kind === 'wait') {
    if (verdict.event === 'plan-given-up' && undone !== null) return leaveUndone(runtime, undone);
    const outcome = showWaiting(context, runtime, run, verdict);
    if (isPassing(run)) scheduleRetry(context, runtime);
    return outcome;
  }
  if (context.looking()) {
    const message = `differs from what Git says: \`fairlead sync ${runtime.id}\` carries the plan out`;
    return showWaiting(context, runtime, run, {
      kind: 'wait',
      event: 'plan-read-only',
      message,
      digest: null,
    });
  }
  const part = partOf(context, runtime, run, verdict.approved);
  return carryOut(context, runtime, part, verdict, requests, triggers);
}
