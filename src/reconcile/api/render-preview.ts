import type { RenderedView } from '../../control/api.ts';
import { isJsonObject } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import { unwrap } from '../../model/result.ts';
import type { Target } from '../../targets/target.ts';
import { viewCluster } from '../prepare/cluster-view.ts';
import type { ClusterView } from '../prepare/cluster-view.ts';
import type { Engine } from '../engine.ts';
import { renderRevision } from '../prepare/prepare.ts';
import { targetNamesOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { seedIdOf } from '../prepare/seed.ts';
import { settingsAt } from './settings-at.ts';

/**
 * What an application renders to, for people to look at: values of Secrets are left out. Works without its targets, which
 * are asked only where they can be.
 */
export async function renderOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
): Promise<readonly RenderedView[]> {
  const { key } = runtime;
  const { application, revision } = await settingsAt(engine, runtime, reference, 'render');
  const names = targetNamesOf(runtime.declared);
  const open = new Map(engine.world.openTargets().map((target) => [target.name, target]));
  const inventories = await Promise.all(
    names.map(
      async (name) =>
        open
          .get(name)
          ?.ledger.load(key)
          .catch(() => null) ?? null,
    ),
  );
  const seed = seedIdOf(key, inventories, engine.ports.clock.nowMs());
  const project = engine.world.config.projects.get(application.project) ?? null;
  const { previousNames, kubernetes } = application;
  const scope = { key, project, previousNames, kubernetes };
  const views: RenderedView[] = [];
  for (const name of names) {
    const target = open.get(name);
    const view = target === undefined ? unseen : await viewed(target, scope);
    const input = { ports: engine.ports, world: engine.world, application, key, revision, seed };
    const rendered = unwrap(await renderRevision(input, { ...view, error: null }));
    const blind = view.error !== null && rendered.usesCapabilities === true;
    views.push({
      target: name,
      documents: rendered.manifests.map(
        (manifest) => target?.withoutSecrets?.(manifest) ?? withoutSecrets(manifest.body),
      ),
      notes: rendered.notes ?? '',
      warnings: blind
        ? [
            ...rendered.warnings,
            `${name} could not be asked what it can do (${view.error.message}); charts are told what the engine knows.`,
          ]
        : rendered.warnings,
    });
  }
  return views;
}

const unseen: ClusterView = { parameters: {}, error: null };

function viewed(target: Target, scope: Parameters<typeof viewCluster>[1]): Promise<ClusterView> {
  return viewCluster(target, scope);
}

const hidden = '(hidden)';

/** Where the target is not there to say it: a Secret with its keys, and nothing of what they stand for. */
function withoutSecrets(body: JsonObject): JsonObject {
  if (body['apiVersion'] !== 'v1' || body['kind'] !== 'Secret') return body;
  const hide = (member: string): JsonObject => {
    const values = body[member];
    if (!isJsonObject(values)) return {};
    return { [member]: Object.fromEntries(Object.keys(values).map((name) => [name, hidden])) };
  };
  return { ...body, ...hide('data'), ...hide('stringData') };
}
