import type { SyncOutcome } from '../control/api.ts';
import { errorFromRecord, errorRecord } from '../model/error.ts';
import type { ErrorRecord } from '../model/error.ts';
import type { Release, ReleaseTrigger } from '../model/release.ts';
import { showRevision } from '../model/revision.ts';
import { retryDelayMs } from '../release/backoff.ts';
import { contestedUntilMs, healedFields, recordHeal } from '../release/contest.ts';
import { isHealing, judge } from '../release/gate.ts';
import type { Verdict } from '../release/gate.ts';
import { effectivePolicy } from '../release/policy.ts';
import type { PlannedRun, RunContext } from './context.ts';
import { settleRecords, watchApplication } from './bookkeeping.ts';
import { waitsFor } from './dependencies.ts';
import { runHealthChecks } from './health-checks.ts';
import { planApplication } from './plan-application.ts';
import { quarantine } from './quarantine.ts';
import { releaseApplication } from './release-application.ts';
import type { ApplicationRuntime, RunRequest } from './runtime.ts';
import { healthOfApplication, resourceViews } from './view.ts';

const defaultRetry = { limit: null, initialMs: 5_000, factor: 2, maxMs: 300_000 };

/**
 * One look at one application, from what asked for it to rest: plan, judge, and if allowed, release. Never
 * rejects: whatever fails is this application's state and nobody else's.
 */
export async function reconcileApplication(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<void> {
  const requests = runtime.requests.splice(0);
  const triggers = new Set(runtime.triggers);
  runtime.triggers.clear();
  const before = { state: runtime.state, message: runtime.message, health: runtime.health };
  runtime.move('triggered');
  runtime.message = 'rendering, reading and planning';
  let outcome: SyncOutcome | null;
  try {
    outcome = await attempt(context, runtime, requests, triggers);
  } catch (thrown) {
    outcome = fail(context, runtime, errorRecord(thrown), 'plan-failed');
  }
  if (outcome === null) {
    // It goes on by itself as soon as another application is ready; who asked waits with it.
    runtime.requests.unshift(...requests);
  } else {
    for (const request of requests) request.answer(outcome);
  }
  tell(context, runtime, before);
  await context.journal.flush();
}

async function attempt(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): Promise<SyncOutcome | null> {
  const planned = await planApplication(context, runtime, {
    revision: null,
    retryQuarantined: requests.some((request) => request.retryQuarantined),
    preview: false,
  });
  for (const other of runtime.batch?.planned(
    runtime.id,
    planned.ok ? planned.value.planSet : null,
  ) ?? []) {
    context.queue.add(other);
  }
  if (!planned.ok) return fail(context, runtime, errorRecord(planned.error), 'plan-failed');
  const run = planned.value;
  const changes = run.planSet.plans.flatMap((plan) => plan.changes);
  await show(context, runtime, run);
  await watchApplication(context, runtime, run);
  if (changes.length === 0) return rest(context, runtime, run, triggers);

  runtime.plan = run.planSet;
  noteDrift(context, runtime, run, triggers);
  const verdict = await decide(context, runtime, run, requests);
  if (verdict.kind === 'wait') return wait(context, runtime, run, verdict);
  return carryOut(context, runtime, run, verdict, requests, triggers);
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
  const foreign = run.targets.find(
    (item) =>
      item.inventory !== null && item.inventory.installation !== context.options.installation,
  );
  runtime.waitsFor = waitsFor(context, runtime);
  if (runtime.batch?.mustWait(runtime.id) === true) {
    runtime.waitsFor = [
      ...runtime.waitsFor,
      'the other applications of this commit to be planned, because it deletes',
    ];
  }
  if (run.fallback === 'broken' && !isHealing(changes)) {
    // Something else than drift against the last good state: wait for input that can be used.
    return {
      kind: 'wait',
      event: 'plan-refused-by-policy',
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
      context.readOnlyReason() ||
      (foreign === undefined || context.adoptForeign()
        ? ''
        : `the inventory at ${foreign.target.name} was written by another installation`),
    hold: runtime.hold,
    approvals,
    agreed: requests.find((request) => request.agreed !== null)?.agreed ?? null,
    requested: requests.length > 0,
    waitsFor: runtime.waitsFor,
    extraGuards: runtime.batch?.guards(runtime.id) ?? [],
    contestedUntilMs: contestedUntilMs(runtime.healLog, healedFields(changes), nowMs),
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
  const changes = run.planSet.plans.flatMap((plan) => plan.changes);
  const untilMs = contestedUntilMs(
    runtime.healLog,
    healedFields(changes),
    context.ports.clock.nowMs(),
  );
  if (untilMs !== null) context.queue.addLater(runtime.id, untilMs - context.ports.clock.nowMs());
  if (runtime.hold?.expiresAtMs != null) {
    context.queue.addLater(
      runtime.id,
      Math.max(0, runtime.hold.expiresAtMs - context.ports.clock.nowMs()),
    );
  }
  if (verdict.event === 'plan-needs-dependency') {
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
  const { release, unhealthy } = await releaseApplication(context, runtime, {
    run,
    approved: verdict.approved,
    trigger: person?.trigger ?? triggerOf(runtime, goingBack, healing, triggers),
    actor: person?.actor ?? 'controller',
    reason: person?.reason ?? changes[0]?.cause ?? '',
  });
  if (healing) {
    runtime.healLog = recordHeal(
      runtime.healLog,
      healedFields(changes),
      context.ports.clock.nowMs(),
    );
  }
  if (release.error !== null) {
    await afterFailure(context, runtime, run, release, unhealthy, healing);
    return { kind: 'released', release };
  }
  runtime.move('apply-done');
  await afterSuccess(context, runtime, run);
  return { kind: 'released', release };
}

function triggerOf(
  runtime: ApplicationRuntime,
  goingBack: boolean,
  healing: boolean,
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): ReleaseTrigger {
  if (goingBack) return 'revert';
  if (runtime.removal !== null) return 'removal';
  if (healing) return 'drift';
  for (const trigger of triggers) if (trigger !== 'verify' && trigger !== 'drift') return trigger;
  return 'source';
}

async function afterSuccess(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<void> {
  await context.consumeApprovals(runtime.key, run.planSet);
  // Look again: what is shown as synced is what was read after the release, not what was hoped for.
  const again = await planApplication(context, runtime, {
    revision: null,
    retryQuarantined: false,
    preview: false,
  });
  if (!again.ok) throw again.error;
  await show(context, runtime, again.value);
  await watchApplication(context, runtime, again.value);
  const left = again.value.planSet.plans.flatMap((plan) => plan.changes);
  runtime.move(left.length === 0 ? 'health-reached' : 'health-missed');
  if (left.length > 0) {
    // Somebody moved something in the meantime, or the source went on: look again at once.
    context.queue.add(runtime.id);
    runtime.message = 'changed again while it was released; looking again';
    return;
  }
  await rest(context, runtime, again.value, new Set());
}

/** Nothing to do: bring the record up to date and say how it is. */
async function rest(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  _triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): Promise<SyncOutcome> {
  await settleRecords(context, runtime, run);
  if (runtime.state === 'planning') runtime.move('plan-empty');
  runtime.plan = null;
  runtime.waiting = null;
  runtime.waitsFor = [];
  runtime.nextAttemptAtMs = null;
  runtime.error = run.problem;
  if (run.problem !== null) {
    // Live is the last good state and in order; what the source says cannot be had.
    runtime.sync = 'OutOfSync';
    runtime.move('gave-up');
    runtime.message = `${run.problem.message}. ${run.problem.hint}`;
    if (run.fallback === 'broken' && errorFromRecord(run.problem).retryable)
      scheduleRetry(context, runtime);
    return { kind: 'blocked', message: run.problem.message, error: run.problem };
  }
  runtime.attempts = 0;
  runtime.message =
    runtime.hold === null
      ? runtime.health.message
      : `${runtime.hold.kind === 'revision' ? `held at ${showRevision(run.revision)}` : 'on hold'} by ${runtime.hold.by}: ${runtime.hold.reason}`;
  if (runtime.hold?.expiresAtMs != null) {
    context.queue.addLater(
      runtime.id,
      Math.max(0, runtime.hold.expiresAtMs - context.ports.clock.nowMs()),
    );
  }
  for (const other of context.applications.values()) {
    if (other.state === 'awaiting-dependency') context.queue.add(other.id);
  }
  if (runtime.removal !== null) context.onGone(runtime);
  return { kind: 'unchanged', message: `${runtime.id} is as ${showRevision(run.revision)} says` };
}

async function afterFailure(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  release: Release,
  unhealthy: boolean,
  healing: boolean,
): Promise<void> {
  const error = release.error;
  if (error === null) return;
  const application = runtime.application;
  const final = unhealthy || !error.retryable;
  const mayRevert =
    !healing &&
    run.fallback === 'none' &&
    application?.onFailure === 'revert' &&
    runtime.hold === null;
  const exhausted = application?.retry.limit != null && runtime.attempts >= application.retry.limit;
  if (mayRevert && (final || exhausted) && !context.signal.aborted) {
    const remembered = await quarantine(context, runtime, run, error.message);
    if (remembered) {
      runtime.move(runtime.state === 'verifying' ? 'health-missed' : 'apply-failed');
      runtime.message = `${error.message}; going back to the last good revision`;
      runtime.error = error;
      runtime.triggers.add('revert');
      context.queue.add(runtime.id);
      return;
    }
  }
  fail(context, runtime, error, 'apply-failed', run.planSet.digest);
}

/** Records a failure and when to try again. */
function fail(
  context: RunContext,
  runtime: ApplicationRuntime,
  error: ErrorRecord,
  event: 'plan-failed' | 'apply-failed',
  digest = '',
): SyncOutcome {
  if (digest !== '' && digest !== runtime.attemptedDigest) {
    runtime.attempts = 0;
    runtime.attemptedDigest = digest;
  }
  if (['planning', 'applying', 'reverting'].includes(runtime.state)) {
    runtime.move(runtime.state === 'planning' ? 'plan-failed' : event);
  } else if (runtime.state === 'verifying') runtime.move('health-missed');
  if (event === 'plan-failed') runtime.sync = 'Unknown';
  runtime.error = error;
  runtime.message = `${error.message}. ${error.hint}`;
  if (!error.retryable) {
    runtime.nextAttemptAtMs = null;
    runtime.move('gave-up');
  } else scheduleRetry(context, runtime);
  return { kind: 'blocked', message: error.message, error };
}

function scheduleRetry(context: RunContext, runtime: ApplicationRuntime): void {
  runtime.attempts += 1;
  const retry = runtime.application?.retry ?? defaultRetry;
  const delayMs = retryDelayMs(retry, runtime.attempts, context.ports.random.fraction());
  if (delayMs === null) {
    runtime.nextAttemptAtMs = null;
    if (runtime.state === 'backing-off') runtime.move('gave-up');
    return;
  }
  runtime.nextAttemptAtMs = context.ports.clock.nowMs() + delayMs;
  context.queue.addLater(runtime.id, delayMs);
}

async function show(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<void> {
  runtime.warnings = run.warnings;
  runtime.resources = resourceViews(run);
  const outOfSync =
    run.problem !== null || runtime.resources.some((view) => view.sync !== 'Synced');
  runtime.sync = outOfSync ? 'OutOfSync' : 'Synced';
  runtime.health = healthOfApplication(runtime.resources, await runHealthChecks(context, runtime));
  for (const item of run.targets) {
    runtime.inventories.set(item.target.name, item.inventory);
    if (item.inventory !== null) runtime.ownedAt.add(item.target.name);
  }
  const owner = run.targets.find((item) => item.inventory !== null);
  runtime.live = owner?.inventory?.revision ?? [];
}

function noteDrift(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): void {
  const drifted = run.planSet.plans.flatMap((plan) =>
    plan.changes.filter((change) => change.causeKind === 'drift'),
  );
  const first = drifted[0];
  if (first === undefined || runtime.attemptedDigest === run.planSet.digest) return;
  const missed = triggers.has('verify') && triggers.size === 1;
  context.journal.emit({
    type: 'drift.detected',
    ...runtime.key,
    message: `${drifted.length} resource(s) drifted: ${first.id.kind}/${first.id.name} ${first.cause}`,
    data: { resources: drifted.length, missedByWatching: missed },
  });
}

function tell(
  context: RunContext,
  runtime: ApplicationRuntime,
  before: Pick<ApplicationRuntime, 'state' | 'message' | 'health'>,
): void {
  if (
    runtime.state !== before.state ||
    (runtime.message !== before.message && runtime.state !== 'synced')
  ) {
    context.journal.emit({
      type: 'application.state',
      ...runtime.key,
      message: runtime.message,
      data: { state: runtime.state, sync: runtime.sync },
    });
  }
  if (runtime.health.status !== before.health.status) {
    context.journal.emit({
      type: 'application.health',
      ...runtime.key,
      message: runtime.health.message,
      data: { health: runtime.health.status },
    });
  }
}
