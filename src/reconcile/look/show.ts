import type { PlannedRun, RunContext } from './context.ts';
import { runHealthChecks } from './health-checks.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { LookTrigger } from '../schedule/agenda.ts';
import { healthOfApplication, resourceViews } from './resource-views.ts';

/** Puts what was just seen where tables and dependants look. */
export async function show(
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
    if (item.inventory !== null) runtime.ownership.add(item.target.name);
  }
  const owner = run.targets.find((item) => item.inventory !== null);
  runtime.live = owner?.inventory?.revision ?? [];
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

/** Tells of a state or health that is new. */
export function tell(
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
