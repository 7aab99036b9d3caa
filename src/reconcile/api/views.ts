import type {
  ApplicationDetail,
  ApplicationView,
  ControllerStatus,
  DeclaredView,
  SourceView,
} from '../../control/api.ts';
import type { SourceConfig } from '../../model/config.ts';
import type { ErrorRecord } from '../../model/error.ts';
import type { PlanSet } from '../../model/plan.ts';
import { resourceKey, showResource } from '../../model/resource.ts';
import type { ResourceKey } from '../../model/resource.ts';
import type { Revision } from '../../model/revision.ts';
import { environmentOrder, inFileOrder } from '../../release/environment-order.ts';
import type { Engine } from '../engine.ts';
import { targetUnavailable } from '../errors.ts';
import { currentRevision } from '../prepare/choose.ts';
import { waitsFor } from '../look/dependencies.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/** The controller, as `status` shows it. */
export function statusOf(engine: Engine): ControllerStatus {
  return {
    version: engine.options.version,
    installation: engine.options.installation,
    startedAtMs: engine.startedAtMs,
    nowMs: engine.ports.clock.nowMs(),
    mode: engine.readOnlyReason === '' ? 'active' : 'read-only',
    modeReason: engine.readOnlyReason,
    config: { commit: engine.configuration.commit, problems: engine.configuration.problems },
    declared: declaredOf(engine),
    sources: sourceViews(engine),
    applications: engine.applications.size,
    busy: engine.queue.busyCount,
  };
}

function declaredOf({ configuration: { config }, world }: Engine): DeclaredView {
  if (config === null) return { environments: [], targets: [], projects: [] };
  const { environments, targets, projects } = config;
  return {
    environments: environmentOrder(config).flatMap((name) => {
      const environment = environments.get(name);
      return environment === undefined ? [] : [{ name, targets: environment.targets }];
    }),
    targets: inFileOrder([...targets.values()]).map(({ name, driver }) => {
      const reach = world.reach(name);
      return { name, driver, ...(reach !== null && { reach }) };
    }),
    projects: inFileOrder([...projects.values()]).map(({ name }) => ({ name })),
  };
}

/** All sources, the repository with the configuration first. */
export function sourceViews(engine: Engine): readonly SourceView[] {
  return engine.world.sources().map(({ config, source, error }) => {
    const status = source?.status();
    const failing =
      error === null
        ? (status?.failing ?? null)
        : {
            sinceMs: engine.startedAtMs,
            code: error.code,
            message: error.message,
            hint: error.hint,
          };
    return {
      name: config.name,
      url: config.url,
      follows: describeFollow(config),
      // Until its configuration was taken over, nobody may think that there are no applications.
      current: config.name === '' && !engine.hasTaken('') ? null : (status?.current ?? null),
      lastSuccessAtMs: status?.lastSuccessAtMs ?? null,
      failing,
      held: status?.held ?? null,
      ...(status?.behind !== undefined && { behind: status.behind }),
    };
  });
}

function describeFollow({ chart, follow }: SourceConfig): string {
  if (chart !== undefined) {
    const pin = chart.digest === undefined ? '' : `@${chart.digest.slice(0, 19)}`;
    return `version ${chart.version}${pin}`;
  }
  switch (follow.kind) {
    case 'branch':
    case 'tag':
      return `${follow.kind} ${follow.name}`;
    case 'semver':
      return `semver ${follow.range}`;
    case 'commit':
      return `commit ${follow.commit.slice(0, 8)}`;
  }
}

/** An application, as tables show it. */
export function viewOf(engine: Engine, runtime: ApplicationRuntime): ApplicationView {
  // What a commit did not touch is at that commit all the same.
  const current =
    runtime.declared.application === null || runtime.pending.hold?.kind === 'revision'
      ? null
      : currentOrNull(engine, runtime);
  const targets = runtime.declared.environment?.targets ?? [...runtime.ownership.targets];
  const away = targets.flatMap((target) => {
    const reach = engine.world.reach(target);
    if (reach === null || reach.away === null) return [];
    return { target, lastSeenAtMs: reach.lastSeenAtMs, ...reach.away };
  });
  return {
    application: runtime.key.application,
    environment: runtime.key.environment,
    project: runtime.declared.application?.project ?? '',
    targets,
    sync: runtime.seen.sync,
    health: runtime.seen.health,
    state: runtime.status.state,
    message: messageOf(engine, runtime),
    revision: current ?? runtime.wanted.revision,
    live: runtime.seen.live,
    resources: runtime.seen.resources.length,
    lastRelease: runtime.releases.last,
    waiting: runtime.pending.waiting,
    hold: runtime.pending.hold,
    error: runtime.status.error,
    nextAttemptAtMs: runtime.attempts.shownAtMs,
    ...(away.length > 0 && { away }),
  };
}

/** How those are now that it waits for: they move on while it does not. */
function awaited(engine: Engine, runtime: ApplicationRuntime): readonly string[] {
  if (runtime.status.state !== 'awaiting-dependency') return runtime.pending.waitsFor;
  const now = waitsFor(engine.context, runtime);
  return now.length === 0 ? runtime.pending.waitsFor : now;
}

function messageOf(engine: Engine, runtime: ApplicationRuntime): string {
  const names = awaited(engine, runtime);
  const isWaiting = runtime.status.state === 'awaiting-dependency' && names.length > 0;
  return isWaiting ? `waits for ${names.join('; ')}` : runtime.status.message;
}

/** What its source serves; `null` where there is no such source, or nothing was fetched. */
export function currentOrNull(engine: Engine, runtime: ApplicationRuntime): Revision | null {
  try {
    return currentRevision(engine.context, runtime);
  } catch {
    return null;
  }
}

/** What a plan makes. */
function madeBy(plan: PlanSet | null): ReadonlySet<ResourceKey> {
  const changes = plan?.plans.flatMap((one) => one.changes) ?? [];
  return new Set(
    changes
      .filter(({ action }) => action === 'create' || action === 'run')
      .map(({ id }) => resourceKey(id)),
  );
}

function isUnopened({ code }: ErrorRecord): boolean {
  return code === targetUnavailable.definition.code;
}

function blockerOf({ resource, code, message, hint }: ErrorRecord) {
  return { what: resource ?? code, why: message, next: hint };
}

/** An application, as `describe` shows it. */
export function detailOf(engine: Engine, runtime: ApplicationRuntime): ApplicationDetail {
  const view = viewOf(engine, runtime);
  const blockedBy: { what: string; why: string; next: string }[] = (view.away ?? []).map(
    ({ target, message, hint }) => ({
      what: `Target/${target}`,
      why: `does not answer: ${message}`,
      next: hint,
    }),
  );
  // That the target could not be opened is said already.
  const isSaid =
    runtime.status.error !== null && blockedBy.length > 0 && isUnopened(runtime.status.error);
  // While it is tried again, it is what keeps this attempt that counts.
  const isOfBefore = runtime.status.state === 'applying';
  if (runtime.status.error !== null && !isSaid && !isOfBefore)
    blockedBy.push(blockerOf(runtime.status.error));
  if (runtime.pending.hold !== null) {
    blockedBy.push({
      what: 'hold',
      why: `${runtime.pending.hold.by}: ${runtime.pending.hold.reason}`,
      next: `fairlead resume ${runtime.id}`,
    });
  }
  if (
    runtime.status.state === 'read-only' &&
    runtime.pending.plan !== null &&
    !engine.context.looking()
  ) {
    blockedBy.push({
      what: 'read-only',
      why: runtime.status.message,
      next: 'fairlead resume --all',
    });
  }
  if (runtime.pending.waiting !== null && runtime.pending.plan !== null) {
    blockedBy.push({
      what: 'plan',
      why: runtime.pending.waiting.reason,
      next: `fairlead approve ${runtime.pending.waiting.digest.slice(7, 19)}`,
    });
  }
  for (const name of awaited(engine, runtime)) {
    blockedBy.push({ what: 'dependency', why: name, next: 'see that application' });
  }
  const toBeMade = blockedBy.length === 0 ? new Set<ResourceKey>() : madeBy(runtime.pending.plan);
  for (const view of runtime.seen.resources) {
    if (view.health.status === 'Healthy' || view.health.status === 'Suspended') continue;
    // It is missing because of what was named already, and the plan says so.
    if (view.health.status === 'Missing' && toBeMade.has(resourceKey(view.id))) continue;
    blockedBy.push({
      what: showResource(view.id),
      why: `${view.health.status}: ${view.health.message}`,
      next: `fairlead ${view.id.kind === 'Process' ? 'logs' : 'diff'} ${runtime.id}`,
    });
  }
  if (runtime.status.error !== null && !isSaid && isOfBefore) {
    const { why, ...rest } = blockerOf(runtime.status.error);
    blockedBy.push({ ...rest, why: `the attempt before this one: ${why}` });
  }
  return {
    ...view,
    resourceViews: runtime.seen.resources,
    plan: runtime.pending.plan,
    blockedBy,
    warnings: runtime.seen.warnings,
    notes: runtime.wanted.prepared?.notes ?? '',
  };
}
