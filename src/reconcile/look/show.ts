import type { PlannedRun, RunContext } from './context.ts';
import { runHealthChecks } from './health-checks.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { LookTrigger } from '../schedule/agenda.ts';
import { resourceViews } from './resource-views.ts';

/** Puts what was just seen where tables and dependants look. */
export async function show(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<void> {
  runtime.seen.look(resourceViews(run), run.warnings, run.problem !== null);
  await runHealthChecks(context, runtime);
  runtime.seen.aggregate();
  for (const item of run.targets) {
    if (item.inventory !== null) runtime.ownership.add(item.target.name);
  }
  const owner = run.targets.find((item) => item.inventory !== null);
  runtime.seen.recorded(owner?.inventory?.revision ?? []);
}

/** Tells of drift, once per plan; also when only a look from scratch found what watching had missed (invariant 11). */
export function noteDrift(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  triggers: ReadonlySet<LookTrigger>,
): void {
  const drifted = run.planSet.plans.flatMap((plan) =>
    plan.changes.filter(
      ({ causeKind, digest }) => causeKind === 'drift' && !runtime.attempts.isLeftUndone(digest),
    ),
  );
  const first = drifted[0];
  if (first === undefined || runtime.attempts.digest === run.planSet.digest) return;
  const missed = triggers.has('verify') && triggers.size === 1;
  context.journal.emit({
    type: 'drift.detected',
    ...runtime.key,
    message: `${drifted.length} ${drifted.length === 1 ? 'resource' : 'resources'} drifted: ${first.id.kind}/${first.id.name} ${first.cause}`,
    data: { resources: drifted.length, missedByWatching: missed },
  });
}

/** What is told of when it is new. */
export function shownOf({ status, seen }: ApplicationRuntime) {
  return { state: status.state, message: status.message, health: seen.health };
}

/** Tells of a state or health that is new. */
export function tell(
  context: RunContext,
  runtime: ApplicationRuntime,
  before: ReturnType<typeof shownOf>,
): void {
  if (
    runtime.status.state !== before.state ||
    (runtime.status.message !== before.message && runtime.status.state !== 'synced')
  ) {
    context.journal.emit({
      type: 'application.state',
      ...runtime.key,
      message: runtime.status.message,
      data: { state: runtime.status.state, sync: runtime.seen.sync },
    });
  }
  if (runtime.seen.health.status !== before.health.status) {
    context.journal.emit({
      type: 'application.health',
      ...runtime.key,
      message: runtime.seen.health.message,
      data: { health: runtime.seen.health.status },
    });
  }
}
