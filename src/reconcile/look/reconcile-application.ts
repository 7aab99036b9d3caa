import type { SyncOutcome } from '../../control/api.ts';
import { errorRecord } from '../../model/error.ts';
import type { Change } from '../../model/plan.ts';
import type { Release, ReleaseTrigger } from '../../model/release.ts';
import { showRevision } from '../../model/revision.ts';
import { partOfPlan, partOfPlanSet } from '../../plan/part.ts';
import { placeOf } from '../../plan/plan.ts';
import { contestOf, recordHeal, reversible } from '../../release/contest.ts';
import { isHealing, judge } from '../../release/gate.ts';
import type { Verdict } from '../../release/gate.ts';
import { foreignReason } from './foreign.ts';
import { effectivePolicy } from '../../release/policy.ts';
import { watchApplication } from './bookkeeping.ts';
import { isUnverified } from './context.ts';
import type { PlannedRun, RunContext, TargetPlan } from './context.ts';
import { waitsFor } from './dependencies.ts';
import { afterFailure, fail, leaveUndone, scheduleRetry, wishOf } from './failure.ts';
import { planApplication } from './plan-application.ts';
import { releaseApplication } from './release-application.ts';
import { afterSuccess, isPassing, rest } from './rest.ts';
import { recallRuntime, rememberRuntime } from './remember.ts';
import { answerTests } from './test-application.ts';
import type { ApplicationRuntime, RunRequest } from '../runtime.ts';
import { noteDrift, show, tell } from './show.ts';

/**
 * One look at one application, from what asked for it to rest: plan, judge, and if allowed, release. Never
 * rejects: whatever fails is this application's state and nobody else's.
 */
export async function reconcileApplication(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<void> {
  if (runtime.tests.length > 0) {
    await answerTests(context, runtime, runtime.tests.splice(0));
    // In a checkout nothing else was asked for.
    const isAll = runtime.requests.length === 0 && runtime.triggers.size === 0;
    if (isAll && !context.options.continuous) return;
  }
  const requests = runtime.requests.splice(0);
  const triggers = new Set(runtime.triggers);
  runtime.triggers.clear();
  const before = { state: runtime.state, message: runtime.message, health: runtime.health };
  runtime.move('triggered');
  // A place that does not answer keeps a look busy for as long as it is waited for: why is not hidden meanwhile.
  runtime.message =
    runtime.error === null
      ? 'rendering, reading and planning'
      : `looking again, after: ${runtime.error.message}`;
  let outcome: SyncOutcome | null;
  try {
    await recallRuntime(context, runtime);
    outcome = await attempt(context, runtime, requests, triggers);
  } catch (thrown) {
    outcome = fail(context, runtime, errorRecord(thrown));
  }
  if (outcome === null) {
    // It goes on by itself as soon as another application is ready; who asked waits with it.
    runtime.requests.unshift(...requests);
  } else {
    for (const request of requests) request.answer(outcome);
  }
  runtime.wasLookedAt = true;
  // An earlier look has taken the place of the one that was due.
  if (runtime.retryAtMs !== null)
    context.queue.addLater(
      runtime.id,
      Math.max(0, runtime.retryAtMs - context.ports.clock.monotonicMs()),
    );
  tell(context, runtime, before);
  runtime.prepared?.fold();
  await rememberRuntime(context, runtime);
  await context.journal.flush();
}

async function attempt(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): Promise<SyncOutcome | null> {
  if (requests.length > 0)
    runtime.withoutHooks = requests.some(({ withoutHooks }) => withoutHooks === true);
  takeChances(context, runtime, requests, triggers);
  await rememberRuntime(context, runtime);
  const planned = await planApplication(context, runtime, {
    revision: null,
    withoutHooks: runtime.withoutHooks,
    retryQuarantined: requests.some((request) => request.retryQuarantined),
    fromScratch: triggers.has('verify'),
    preview: false,
  });
  // What an ephemeral environment deletes is worth no question, so it does not count.
  const counted =
    planned.ok && runtime.environment?.ephemeral !== true ? planned.value.planSet : null;
  for (const other of runtime.batch?.planned(runtime.id, counted) ?? []) context.queue.add(other);
  if (!planned.ok) return fail(context, runtime, errorRecord(planned.error));
  const run = planned.value;
  if (runtime.givenUp?.wish !== wishOf(run)) runtime.givenUp = null;
  if (runtime.putOff?.wish !== wishOf(run)) runtime.putOff = null;
  const changes = run.planSet.plans.flatMap((plan) => plan.changes);
  await show(context, runtime, run);
  await watchApplication(context, runtime, run);
  const unverified = run.fallback === 'none' && run.targets.some(isUnverified);
  if (changes.length === 0 && (!unverified || !mayTouch(context, runtime, run)))
    return rest(context, runtime, run);
  const undone = runtime.putOff ?? runtime.givenUp;
  // All of it is made and did not work: until it does there is nothing to find out.
  if (changes.length === 0 && undone !== null && !runtime.works)
    return leaveUndone(runtime, undone);

  runtime.plan = run.planSet;
  noteDrift(context, runtime, run, triggers);
  const verdict = await decide(context, runtime, run, requests);
  if (verdict.kind === 'wait') {
    if (verdict.event === 'plan-given-up' && undone !== null) return leaveUndone(runtime, undone);
    const outcome = wait(context, runtime, run, verdict);
    if (isPassing(run)) scheduleRetry(context, runtime);
    return outcome;
  }
  if (context.looking()) {
    const message = `differs from what Git says: \`fairlead sync ${runtime.id}\` carries the plan out`;
    return wait(context, runtime, run, {
      kind: 'wait',
      event: 'plan-read-only',
      message,
      digest: null,
    });
  }
  const part = partOf(context, runtime, run, verdict.approved);
  return carryOut(context, runtime, part, verdict, requests, triggers);
}

/** Whether what failed is to be tried again: a commit or a person says so, or it is time for it. */
function takeChances(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): void {
  const isChance = isNewChance(context, runtime, requests, triggers);
  const { retryAtMs } = runtime;
  if (isChance) runtime.givenUp = null;
  if (!isChance && retryAtMs !== null && context.ports.clock.monotonicMs() < retryAtMs) return;
  runtime.retryAtMs = null;
  runtime.putOff = null;
}

/** Drift and verification are none, and neither is that a controller starts: it looks at everything. */
function isNewChance(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): boolean {
  if (context.looking()) return false;
  const isStart = context.options.continuous && !runtime.wasLookedAt;
  const looksOnly = new Set<ReleaseTrigger | 'verify'>(['drift', 'verify']);
  if (isStart) looksOnly.add('source').add('removal');
  return requests.length > 0 || [...triggers].some((trigger) => !looksOnly.has(trigger));
}

/** What may run of a planned run; the rest waits, because it is contested or was given up. */
function partOf(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  approved: ReadonlySet<string>,
): PlannedRun {
  const { hash } = context.ports;
  const runs = ({ digest }: Change): boolean => approved.has(digest);
  const isUndone = ({ digest }: Change): boolean => runtime.isLeftUndone(digest);
  const why = (change: Change): string => {
    if (!isUndone(change)) return 'somebody else keeps changing it back';
    return runtime.givenUp?.changes.has(change.digest) === true
      ? 'it failed, and is tried again with the next commit or by `fairlead sync`'
      : 'it failed, and is tried again in a while';
  };
  const targets = run.targets.map((item): TargetPlan => {
    const left = item.plan.changes.filter((change) => !runs(change));
    if (left.length === 0) return item;
    const plan = partOfPlan(hash, item.plan, runs, why);
    return { ...item, plan, leftAlone: new Set(left.map(placeOf)) };
  });
  const plans = targets.map(({ plan }) => plan);
  const isWhole = !run.planSet.plans.some(({ changes }) => changes.some(isUndone));
  return { ...run, targets, planSet: partOfPlanSet(hash, run.planSet, plans), isWhole };
}

/** Whether even the record at the target may be written. */
function mayTouch(context: RunContext, runtime: ApplicationRuntime, run: PlannedRun): boolean {
  return (
    context.readOnlyReason() === '' &&
    runtime.hold?.kind !== 'freeze' &&
    foreignTo(context, run) === null
  );
}

/** Why what is live is not ours to act on, unless a person confirmed that it is now. */
function foreignTo(context: RunContext, run: PlannedRun): string | null {
  if (context.adoptForeign()) return null;
  for (const { inventory } of run.targets) {
    const reason = inventory === null ? null : foreignReason(inventory, context.options);
    if (reason !== null) return reason;
  }
  return null;
}

async function decide(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  requests: readonly RunRequest[],
): Promise<Verdict> {
  const { ports } = context;
  const changes = run.planSet.plans.flatMap((plan) => plan.changes);
  const nowMs = ports.clock.nowMs();
  const approvals = await ports.store.approvals(
    runtime.key.application,
    runtime.key.environment,
    nowMs,
  );
  runtime.waitsFor = waitsFor(context, runtime);
  if (run.fallback === 'broken' && !isHealing(changes)) {
    // Something else than drift against the last good state: wait for input that can be used.
    return {
      kind: 'wait',
      event: isPassing(run) ? 'plan-put-off' : 'plan-refused-by-policy',
      message: run.problem?.message ?? '',
      digest: null,
    };
  }
  return judge({
    planSet: run.planSet,
    policy:
      run.fallback === 'quarantined'
        ? 'auto'
        : effectivePolicy(runtime.environment?.sync ?? 'auto', runtime.application?.sync ?? null),
    selfHeal: runtime.application?.selfHeal ?? false,
    readOnlyReason:
      (context.looking() ? '' : context.readOnlyReason()) || (foreignTo(context, run) ?? ''),
    hold: runtime.hold,
    approvals,
    agreed: requests.find((request) => request.agreed !== null)?.agreed ?? null,
    requested: requests.length > 0,
    waitsFor: runtime.waitsFor,
    extraGuards: runtime.batch?.guards(runtime.id) ?? [],
    contest: contestOf(runtime.healLog, run.planSet, nowMs),
    givenUp: new Set(
      changes.map(({ digest }) => digest).filter((digest) => runtime.isLeftUndone(digest)),
    ),
  });
}

function wait(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  verdict: Extract<Verdict, { kind: 'wait' }>,
): SyncOutcome | null {
  runtime.move(verdict.event);
  runtime.message = verdict.message;
  runtime.error = run.problem;
  const isNew = runtime.waiting?.digest !== verdict.digest;
  runtime.waiting =
    verdict.digest === null ? null : { digest: verdict.digest, reason: verdict.message };
  if (runtime.waiting !== null && isNew) {
    context.journal.emit({
      type: 'plan.waiting',
      ...runtime.key,
      message: verdict.message,
      data: { digest: run.planSet.digest },
    });
  }
  const { untilMs } = contestOf(runtime.healLog, run.planSet, context.ports.clock.nowMs());
  if (untilMs !== null) context.queue.addLater(runtime.id, untilMs - context.ports.clock.nowMs());
  if (runtime.hold?.expiresAtMs != null) {
    context.queue.addLater(
      runtime.id,
      Math.max(0, runtime.hold.expiresAtMs - context.ports.clock.nowMs()),
    );
  }
  if (verdict.event === 'plan-needs-dependency') {
    context.dependants.add(runtime);
    return canComeByItself(context, runtime)
      ? null
      : { kind: 'blocked', message: verdict.message, error: null };
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

async function carryOut(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  verdict: Extract<Verdict, { kind: 'go' }>,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): Promise<SyncOutcome> {
  const changes = run.planSet.plans.flatMap((plan) => plan.changes);
  const person = requests[0];
  const healing = isHealing(changes);
  runtime.waiting = null;
  const goingBack = run.fallback === 'quarantined' && !healing;
  runtime.move(goingBack ? 'revert-started' : 'apply-started');
  runtime.message = goingBack
    ? `going back to ${showRevision(run.revision)}`
    : `releasing ${showRevision(run.revision)}`;
  const { release, unhealthy, recorded } = await releaseApplication(context, runtime, {
    run,
    approved: verdict.approved,
    trigger: person?.trigger ?? triggerOf(runtime, changes, goingBack, healing, verdict, triggers),
    actor: person?.actor ?? verdict.approvedBy ?? 'controller',
    reason: reasonOf(person, changes),
  });
  if (healing || release.error === null) {
    runtime.healLog = recordHeal(
      runtime.healLog,
      reversible(run.planSet, carriedOut(release)),
      context.ports.clock.nowMs(),
    );
  }
  if (release.error !== null) {
    await recorded;
    await afterFailure(context, runtime, run, release, unhealthy);
    return { kind: 'released', release };
  }
  if (goingBack) await markReverted(context, runtime);
  runtime.move('apply-done');
  await afterSuccess(context, runtime, run, recorded);
  return { kind: 'released', release };
}

/** What the person said it is for; where nobody said anything, what changed first. */
function reasonOf(person: RunRequest | undefined, changes: readonly Change[]): string {
  const said = person?.reason.trim() ?? '';
  return said === '' ? (changes[0]?.cause ?? '') : said;
}

/** What of a release was done, or may have been: only that can somebody reverse. */
function carriedOut({ steps }: Release): (change: Change) => boolean {
  const digests = new Set(
    steps
      .filter(({ result }) => result === 'done' || result === 'unknown')
      .map(({ changeDigest }) => changeDigest),
  );
  return ({ digest }) => digests.has(digest);
}

/** The last failed release has been undone: its record says so. */
async function markReverted(context: RunContext, runtime: ApplicationRuntime): Promise<void> {
  const [failed] = await context.ports.store.releases({
    ...runtime.key,
    outcome: 'failed',
    limit: 1,
  });
  if (failed !== undefined) await context.journal.putRelease({ ...failed, outcome: 'reverted' });
}

function triggerOf(
  runtime: ApplicationRuntime,
  changes: readonly Change[],
  goingBack: boolean,
  healing: boolean,
  verdict: Extract<Verdict, { kind: 'go' }>,
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): ReleaseTrigger {
  if (goingBack) return 'revert';
  if (verdict.approvedBy !== null) return 'approval';
  if (runtime.removal !== null) return 'removal';
  if (healing) {
    const drifted = changes.some(({ causeKind }) => causeKind === 'drift');
    return drifted ? 'drift' : 'retry';
  }
  for (const trigger of triggers) if (trigger !== 'verify' && trigger !== 'drift') return trigger;
  return 'source';
}
