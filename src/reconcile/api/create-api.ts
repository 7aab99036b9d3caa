import type { Api, PlanRequest, Selector, SourceView } from '../../control/api.ts';
import { errorFromRecord } from '../../model/error.ts';
import { inventoryKey } from '../../model/inventory.ts';
import type { PlanSet } from '../../model/plan.ts';
import type { Release } from '../../model/release.ts';
import { unwrap } from '../../model/result.ts';
import type { Engine } from '../engine.ts';
import { applicationNotFound, bundleUnsupported, releaseNotFound } from '../errors.ts';
import { checkOf } from './check.ts';
import { followEvents } from './follow-events.ts';
import { historyOf } from '../history.ts';
import { logsOf } from './logs.ts';
import { rotate } from './rotate.ts';
import {
  approve,
  ask,
  askForTests,
  requireHooks,
  resume,
  rollback,
  setHold,
  stateOf,
} from './orders.ts';
import { recallReleases } from './recall-releases.ts';
import { previewOf } from './preview.ts';
import { recallRuntime } from '../look/remember.ts';
import { renderOf } from './render-preview.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { treeOf } from './resource-trees.ts';
import { detailOf, sourceViews, statusOf, viewOf } from './views.ts';

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
    applications: async () => {
      const runtimes = [...engine.applications.values()];
      await recallReleases(engine, runtimes);
      return runtimes.map((runtime) => viewOf(engine, runtime));
    },
    application: async (selector) => {
      const runtime = find(selector);
      await recallReleases(engine, [runtime]);
      return detailOf(engine, runtime);
    },
    tree: async (selector) => treeOf(engine, find(selector)),
    plan: async (request) => planOf(engine, find(request), request),
    render: async (request) => renderOf(engine, find(request), request.revision),
    check: async (request) => checkOf(engine, find(request), request.revision),
    rotate: async (request) => rotate(engine, find(request), request),
    sync: async (request) => {
      const runtime = find(request);
      if (request.withoutHooks === true) await requireHooks(engine, runtime);
      return ask(engine, runtime, { ...request, agreed: request.approve, trigger: 'manual' });
    },
    test: async (request) => askForTests(engine, find(request), request),
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
      return sourceViewOf(engine, request.source);
    },
    importBundle: async (request) => importBundle(engine, request),
    releases: async (filter) => historyOf(engine.ports.store, engine.world, filter),
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

async function importBundle(
  engine: Engine,
  request: { readonly source: string; readonly path: string; readonly actor: string },
): Promise<SourceView> {
  const source = engine.world.source(request.source);
  if (source.importBundle === undefined) {
    throw bundleUnsupported({
      message: `the repository of ${request.source || 'this configuration'} is read where it lies`,
      resource: source.config.url,
    });
  }
  const taken = unwrap(await source.importBundle(request.path));
  engine.journal.emit({
    type: 'source.imported',
    actor: request.actor,
    message: `${request.actor} imported ${request.path}: ${source.status().behind?.reason ?? `with ${taken.commit.slice(0, 8)}`}`,
    data: { source: source.name, commit: taken.commit },
  });
  await engine.accept(source);
  return sourceViewOf(engine, request.source);
}

function sourceViewOf(engine: Engine, name: string): SourceView {
  const view = sourceViews(engine).find((item) => item.name === name);
  if (view === undefined) throw new Error(`source ${name} vanished meanwhile`);
  return view;
}

async function planOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: Pick<PlanRequest, 'revision' | 'checks' | 'rollback' | 'withoutHooks'>,
): Promise<PlanSet> {
  if (request.withoutHooks === true) await requireHooks(engine, runtime);
  await recallRuntime(engine.context, runtime);
  const state = await stateOf(engine, runtime, request.revision);
  const planned = await previewOf(engine, runtime, {
    revision: state?.revision ?? null,
    configuration: state?.configuration,
    goesBack: request.rollback === true,
    withoutHooks: request.withoutHooks ?? runtime.agenda.withoutHooks,
    retryQuarantined: false,
    runNothing: request.checks === false,
    preview: true,
  });
  const run = unwrap(planned);
  // A preview that fell back to the last good state would not be what was asked for.
  if (run.problem !== null && run.fallback === 'broken') throw errorFromRecord(run.problem);
  return run.planSet;
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
