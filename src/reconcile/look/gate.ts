import { endedUnseen } from '../../apply/ended-unseen.ts';
import type { Change } from '../../model/plan.ts';
import { partOfPlan, partOfPlanSet } from '../../plan/part.ts';
import { placeOf } from '../../plan/place.ts';
import { contestOf } from '../../release/contest.ts';
import { isHealing, judge } from '../../release/gate.ts';
import type { Verdict } from '../../release/gate.ts';
import { syncPolicyOf, targetNamesOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { RunRequest } from '../schedule/agenda.ts';
import type { PlannedRun, RunContext, TargetPlan } from './context.ts';
import { waitsFor } from './dependencies.ts';
import { foreignReason } from './foreign.ts';
import { isPassing } from './rest.ts';

/** What may run of a planned run; the rest waits, because it is contested or was given up. */
export function partOf(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  approved: ReadonlySet<string>,
): PlannedRun {
  const { hash } = context.ports;
  const runs = ({ digest }: Change): boolean => approved.has(digest);
  const isUndone = ({ digest }: Change): boolean => runtime.attempts.isLeftUndone(digest);
  const why = (change: Change): string => {
    if (!isUndone(change)) return 'somebody else keeps changing it back';
    return runtime.attempts.givenUp?.changes.has(change.digest) === true
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
  // Somebody fights over what was seen to work: that is no fault of what is released. Else nobody knows that it is none.
  const isUnseen = (item: TargetPlan): boolean =>
    !item.plan.changes.every(runs) && endedUnseen({ hash, ...item });
  const isWhole =
    !run.planSet.plans.some(({ changes }) => changes.some(isUndone)) && !run.targets.some(isUnseen);
  return { ...run, targets, planSet: partOfPlanSet(hash, run.planSet, plans), isWhole };
}

/** Whether even the record at the target may be written. */
export function mayTouch(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): boolean {
  return (
    context.readOnlyReason() === '' &&
    runtime.pending.hold?.kind !== 'freeze' &&
    foreignTo(context, runtime, run) === null
  );
}

/** Why what is live is not ours to act on, unless a person confirmed that it is now. */
function foreignTo(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): string | null {
  if (context.adoptForeign()) return null;
  if (runtime.pending.outdated !== null && !context.looking()) return runtime.pending.outdated;
  for (const { inventory } of run.targets) {
    const reason = inventory === null ? null : foreignReason(inventory, context.options);
    if (reason !== null) return reason;
  }
  return null;
}

/** The gate's verdict on a planned run: policy, holds, approvals and what comes first, as `release/gate.ts` weighs them. */
export async function decide(
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
  runtime.pending.waitFor(waitsFor(context, runtime));
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
    policy: run.fallback === 'quarantined' ? 'auto' : syncPolicyOf(runtime.declared),
    selfHeal: runtime.declared.application?.selfHeal ?? false,
    readOnlyReason:
      (context.looking() ? '' : context.readOnlyReason()) ||
      (foreignTo(context, runtime, run) ?? ''),
    hold: runtime.pending.hold,
    approvals,
    agreed: requests.find((request) => request.agreed !== null)?.agreed ?? null,
    requested: requests.length > 0,
    waitsFor: runtime.pending.waitsFor,
    extraGuards: runtime.batches.guards(targetNamesOf(runtime.declared)),
    contest: contestOf(runtime.releases.heals, run.planSet, nowMs),
    givenUp: new Set(
      changes.map(({ digest }) => digest).filter((digest) => runtime.attempts.isLeftUndone(digest)),
    ),
  });
}
