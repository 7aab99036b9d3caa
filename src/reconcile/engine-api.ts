import type {
  Api,
  ApplicationDetail,
  ApplicationView,
  ControllerStatus,
  RollbackRequest,
  Selector,
  SourceView,
  SyncOutcome,
} from '../control/api.ts';
import type { Hold } from '../model/inventory.ts';
import type { PlanSet } from '../model/plan.ts';
import { inventoryKey } from '../model/inventory.ts';
import { parseResourceKey, resourceKey, showResource } from '../model/resource.ts';
import type { Release } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import { sameRevision, showRevision } from '../model/revision.ts';
import { errorFromRecord } from '../model/error.ts';
import { unwrap } from '../model/result.ts';
import type { SourceConfig } from '../model/config.ts';
import { approvalOf } from '../release/approval.ts';
import type { LogOptions, Target } from '../targets/target.ts';
import type { Engine } from './engine.ts';
import {
  applicationNotFound,
  logsUnsupported,
  nothingToRollBackTo,
  planAmbiguous,
  planNotFound,
  releaseNotFound,
} from './errors.ts';
import { followEvents } from './follow.ts';
import { currentRevision, planApplication } from './plan-application.ts';
import { renderRevision } from './prepare.ts';
import type { ApplicationRuntime, RunRequest } from './runtime.ts';

/** The engine as the CLI and the server see it. */
export function createApi(engine: Engine): Api {
  const find = (selector: Selector): ApplicationRuntime => {
    const runtime = engine.applications.get(inventoryKey(selector));
    if (runtime !== undefined) return runtime;
    throw applicationNotFound({
      message: `there is no application ${selector.application} in environment ${selector.environment}`,
      resource: inventoryKey(selector),
    });
  };
  return {
    status: async () => statusOf(engine),
    applications: async () =>
      [...engine.applications.values()].map((runtime) => viewOf(engine, runtime)),
    application: async (selector) => detailOf(engine, find(selector)),
    plan: async (request) => planOf(engine, find(request), request.revision),
    render: async (request) => renderOf(engine, find(request), request.revision),
    sync: async (request) =>
      ask(engine, find(request), { ...request, agreed: request.approve, trigger: 'manual' }),
    approve: async (request) => approve(engine, request.digest, request.actor),
    rollback: async (request) => rollback(engine, find(request), request),
    hold: async (request) => {
      const runtime = find(request);
      const hold = await setHold(engine, runtime, { ...request, kind: 'freeze', revision: null });
      engine.trigger(runtime.id, 'manual');
      return hold;
    },
    resume: async (request) => resume(engine, find(request), request.actor),
    activate: async (request) => engine.activate(request.actor),
    refresh: async (request) => {
      await engine.refresh(request.source);
      return sourceViews(engine);
    },
    confirmSource: async (request) => {
      const source = engine.world.source(request.source);
      unwrap(await source.confirm(request.commit, request.actor));
      await engine.accept(source);
      const view = sourceViews(engine).find((item) => item.name === request.source);
      if (view === undefined)
        throw new Error(`source ${request.source} vanished while it was confirmed`);
      return view;
    },
    releases: async (filter) => engine.ports.store.releases(filter),
    release: async (id) => findRelease(engine, id),
    events: async (request) => {
      await engine.journal.flush();
      return engine.ports.store.events(request.afterSeq, request.limit);
    },
    follow: (request, signal) =>
      followEvents(engine.journal, engine.ports.store, request.afterSeq, signal),
    logs: (request, signal) => logsOf(engine, find(request), request, signal),
  };
}

function statusOf(engine: Engine): ControllerStatus {
  return {
    version: engine.options.version,
    installation: engine.options.installation,
    startedAtMs: engine.startedAtMs,
    nowMs: engine.ports.clock.nowMs(),
    mode: engine.readOnlyReason === '' ? 'active' : 'read-only',
    modeReason: engine.readOnlyReason,
    config: { commit: engine.configuration.commit, problems: engine.configuration.problems },
    sources: sourceViews(engine),
    applications: engine.applications.size,
    busy: engine.queue.busyCount,
  };
}

function sourceViews(engine: Engine): readonly SourceView[] {
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
      current: status?.current ?? null,
      lastSuccessAtMs: status?.lastSuccessAtMs ?? null,
      failing,
      held: status?.held ?? null,
    };
  });
}

function describeFollow({ follow }: SourceConfig): string {
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

function viewOf(engine: Engine, runtime: ApplicationRuntime): ApplicationView {
  // What a commit did not touch is at that commit all the same.
  const current =
    runtime.application === null || runtime.hold?.kind === 'revision'
      ? null
      : currentOrNull(engine, runtime);
  return {
    application: runtime.key.application,
    environment: runtime.key.environment,
    project: runtime.application?.project ?? '',
    targets: runtime.environment?.targets ?? [...runtime.ownedAt],
    sync: runtime.sync,
    health: runtime.health,
    state: runtime.state,
    message: runtime.message,
    revision: current ?? runtime.wanted,
    live: runtime.live,
    resources: runtime.resources.length,
    lastRelease: runtime.lastRelease,
    waiting: runtime.waiting,
    hold: runtime.hold,
    error: runtime.error,
    nextAttemptAtMs: runtime.nextAttemptAtMs,
  };
}

function currentOrNull(engine: Engine, runtime: ApplicationRuntime): Revision | null {
  try {
    return currentRevision(engine.context, runtime);
  } catch {
    return null;
  }
}

function detailOf(engine: Engine, runtime: ApplicationRuntime): ApplicationDetail {
  const blockedBy: { what: string; why: string; next: string }[] = [];
  if (runtime.error !== null) {
    blockedBy.push({
      what: runtime.error.resource ?? runtime.error.code,
      why: runtime.error.message,
      next: runtime.error.hint,
    });
  }
  if (runtime.hold !== null) {
    blockedBy.push({
      what: 'hold',
      why: `${runtime.hold.by}: ${runtime.hold.reason}`,
      next: `fairlead resume ${runtime.id}`,
    });
  }
  if (runtime.waiting !== null && runtime.plan !== null) {
    blockedBy.push({
      what: 'plan',
      why: runtime.waiting.reason,
      next: `fairlead approve ${runtime.waiting.digest.slice(7, 19)}`,
    });
  }
  for (const name of runtime.waitsFor) {
    blockedBy.push({ what: 'dependency', why: name, next: 'see that application' });
  }
  for (const view of runtime.resources) {
    if (view.health.status === 'Healthy' || view.health.status === 'Suspended') continue;
    blockedBy.push({
      what: showResource(view.id),
      why: `${view.health.status}: ${view.health.message}`,
      next: `fairlead logs ${runtime.id}`,
    });
  }
  return {
    ...viewOf(engine, runtime),
    resourceViews: runtime.resources,
    plan: runtime.plan,
    blockedBy,
    warnings: runtime.warnings,
  };
}

async function resolveRevision(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
): Promise<Revision | null> {
  if (reference === null || runtime.application === null) return null;
  const source = engine.world.source(runtime.application.source);
  return [unwrap(await source.resolve(reference))];
}

async function planOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
): Promise<PlanSet> {
  const revision = await resolveRevision(engine, runtime, reference);
  const planned = await planApplication(engine.context, runtime, {
    revision,
    retryQuarantined: false,
    preview: true,
  });
  const run = unwrap(planned);
  // A preview that fell back to the last good state would not be what was asked for.
  if (run.problem !== null && run.fallback === 'broken') throw errorFromRecord(run.problem);
  return run.planSet;
}

async function renderOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
): Promise<readonly { readonly target: string; readonly documents: readonly unknown[] }[]> {
  const { application } = runtime;
  const revision =
    (await resolveRevision(engine, runtime, reference)) ?? currentOrNull(engine, runtime);
  if (application === null || revision === null) {
    throw applicationNotFound({
      message: `${runtime.id} has nothing to render`,
      resource: runtime.id,
    });
  }
  const rendered = unwrap(
    await renderRevision({
      ports: engine.ports,
      world: engine.world,
      application,
      key: runtime.key,
      revision,
    }),
  );
  const documents = rendered.manifests.map((manifest) => manifest.body);
  return (runtime.environment?.targets ?? []).map((target) => ({ target, documents }));
}

function ask(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: Omit<RunRequest, 'answer'>,
): Promise<SyncOutcome> {
  return new Promise((resolve) => {
    runtime.requests.push({ ...request, answer: resolve });
    engine.trigger(runtime.id, request.trigger);
  });
}

async function approve(
  engine: Engine,
  digits: string,
  actor: string,
): Promise<{
  readonly application: string;
  readonly environment: string;
  readonly digest: string;
}> {
  const wanted = digits.replace(/^sha256:/, '');
  const matches = [...engine.applications.values()].filter(
    (runtime) =>
      wanted.length >= 8 &&
      runtime.plan !== null &&
      runtime.plan.digest.slice(7).startsWith(wanted),
  );
  const [runtime] = matches;
  if (runtime?.plan == null)
    throw planNotFound({ message: `no waiting plan begins with ${digits}`, resource: digits });
  if (matches.length > 1) {
    throw planAmbiguous({
      message: `${digits} fits ${matches.map((match) => match.id).join(' and ')}`,
      resource: digits,
    });
  }
  const { plan } = runtime;
  await engine.journal.putApproval(approvalOf(plan, actor, engine.ports.clock.nowMs()));
  engine.journal.emit({
    type: 'plan.approved',
    ...runtime.key,
    actor,
    message: `${actor} approved ${plan.digest.slice(7, 19)}`,
    data: { digest: plan.digest },
  });
  engine.trigger(runtime.id, 'manual');
  return { ...runtime.key, digest: plan.digest };
}

async function targetsOf(engine: Engine, runtime: ApplicationRuntime): Promise<readonly Target[]> {
  const names = new Set([...(runtime.environment?.targets ?? []), ...runtime.ownedAt]);
  return Promise.all([...names].map(async (name) => engine.world.target(name)));
}

async function setHold(
  engine: Engine,
  runtime: ApplicationRuntime,
  order: {
    kind: Hold['kind'];
    revision: Revision | null;
    reason: string;
    actor: string;
    expiresAtMs: number | null;
  },
): Promise<Hold> {
  const hold: Hold = {
    key: runtime.key,
    kind: order.kind,
    revision: order.revision,
    reason: order.reason,
    by: order.actor,
    atMs: engine.ports.clock.nowMs(),
    expiresAtMs: order.expiresAtMs,
  };
  for (const target of await targetsOf(engine, runtime))
    await target.ledger.saveHold(runtime.key, hold);
  const what = hold.revision === null ? 'on hold' : `held at ${showRevision(hold.revision)}`;
  engine.journal.emit({
    type: 'hold.set',
    ...runtime.key,
    actor: hold.by,
    message: `${what}: ${hold.reason}`,
  });
  return hold;
}

async function resume(
  engine: Engine,
  runtime: ApplicationRuntime,
  actor: string,
): Promise<{ readonly ended: Hold | null }> {
  let ended: Hold | null = null;
  for (const target of await targetsOf(engine, runtime)) {
    ended ??= await target.ledger.loadHold(runtime.key);
    await target.ledger.saveHold(runtime.key, null);
  }
  if (ended !== null)
    engine.journal.emit({
      type: 'hold.ended',
      ...runtime.key,
      actor,
      message: `${actor} ended the hold: ${ended.reason}`,
    });
  engine.trigger(runtime.id, 'manual');
  return { ended };
}

async function rollback(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: RollbackRequest,
): Promise<SyncOutcome> {
  const revision = await rollbackRevision(engine, runtime, request.to);
  await setHold(engine, runtime, { ...request, kind: 'revision', revision });
  return ask(engine, runtime, {
    actor: request.actor,
    reason: request.reason,
    agreed: request.approve,
    retryQuarantined: false,
    trigger: 'rollback',
  });
}

/** A release id, a name in the source, or the last release that ended well on another revision. */
async function rollbackRevision(
  engine: Engine,
  runtime: ApplicationRuntime,
  to: string | null,
): Promise<Revision> {
  const history = await engine.ports.store.releases({ ...runtime.key, limit: 1_000 });
  if (to !== null) {
    const release = history.find((one) => one.id === to);
    if (release !== undefined) return release.revision;
    const revision = await resolveRevision(engine, runtime, to);
    if (revision !== null) return revision;
  }
  const now = runtime.live;
  const earlier = history.find(
    (one: Release) =>
      one.outcome === 'succeeded' && one.revision.length > 0 && !sameRevision(one.revision, now),
  );
  if (earlier !== undefined) return earlier.revision;
  throw nothingToRollBackTo({
    message: `${runtime.id} has no earlier release on another revision`,
    resource: runtime.id,
  });
}

async function findRelease(engine: Engine, id: string): Promise<Release> {
  const exact = await engine.ports.store.release(id);
  if (exact !== null) return exact;
  const matches = (await engine.ports.store.releases({ limit: 10_000 })).filter((release) =>
    release.id.startsWith(id),
  );
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  throw releaseNotFound({
    message:
      matches.length === 0
        ? `there is no release ${id}`
        : `${matches.length} releases begin with ${id}`,
    resource: id,
  });
}

async function* logsOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: { readonly resource: string | null; readonly tail: number; readonly follow: boolean },
  signal: AbortSignal,
): AsyncIterable<{ readonly resource: string; readonly line: string }> {
  const options: LogOptions = { tail: request.tail, follow: request.follow, signal };
  const streams: AsyncIterable<{ resource: string; line: string }>[] = [];
  for (const target of await targetsOf(engine, runtime)) {
    for (const view of runtime.resources) {
      const name = showResource(view.id);
      if (view.target !== target.name || target.logs === undefined) continue;
      if (request.resource === null ? view.id.kind !== 'Process' : request.resource !== name)
        continue;
      streams.push(
        label(target.logs(runtime.key, parseResourceKey(resourceKey(view.id)), options), name),
      );
    }
  }
  if (streams.length === 0) {
    throw logsUnsupported({
      message: `${request.resource ?? runtime.id} has no output to show`,
      resource: runtime.id,
    });
  }
  yield* merge(streams);
}

async function* label(
  lines: AsyncIterable<string>,
  resource: string,
): AsyncIterable<{ resource: string; line: string }> {
  for await (const line of lines) yield { resource, line };
}

/** Lines of several streams as they come. */
async function* merge<T>(streams: readonly AsyncIterable<T>[]): AsyncIterable<T> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  const pull = async (at: number): Promise<{ at: number; result: IteratorResult<T> }> => {
    const iterator = iterators[at];
    if (iterator === undefined) throw new Error('no such stream');
    return { at, result: await iterator.next() };
  };
  const pending = new Map(iterators.map((_iterator, at) => [at, pull(at)]));
  while (pending.size > 0) {
    const { at, result } = await Promise.race(pending.values());
    if (result.done === true) pending.delete(at);
    else {
      pending.set(at, pull(at));
      yield result.value;
    }
  }
}
