import { withDeadline } from '../apply/deadline.ts';
import type { ApplicationConfig, ProjectConfig } from '../model/config.ts';
import type { InventoryKey } from '../model/inventory.ts';
import type { Desired, Manifest } from '../model/resource.ts';
import type { Revision } from '../model/revision.ts';
import { failure, success } from '../model/result.ts';
import { canonicalJson } from '../model/json.ts';
import { toFairleadError } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';
import { isFolder } from '../render/renderer.ts';
import type { ReadSet, RenderResult } from '../render/renderer.ts';
import type { Target } from '../targets/target.ts';
import { renderTimeout } from '../render/errors.ts';
import { notAllowedByProject } from './errors.ts';
import type { EnginePorts } from './ports.ts';
import type { Prepared } from './runtime.ts';
import { surroundingsOf } from './surroundings.ts';
import type { World } from './world.ts';

export interface PrepareInput {
  readonly ports: EnginePorts;
  readonly world: World;
  readonly application: ApplicationConfig;
  readonly key: InventoryKey;
  readonly revision: Revision;
  readonly targets: readonly Target[];
}

/** The folder of an application in one environment. */
export function pathOf(application: ApplicationConfig, environment: string): string {
  return application.path.replaceAll('{environment}', environment);
}

/** A failure says which paths were read until then, where that is known: a change there is worth another try. */
export type PrepareResult =
  | { readonly ok: true; readonly value: Prepared }
  | { readonly ok: false; readonly error: FairleadError; readonly paths?: readonly string[] };

/** Renders the application at a revision. A failure is a value and never a part of the whole. */
export async function renderRevision(input: Omit<PrepareInput, 'targets'>): Promise<RenderResult> {
  const { ports, world, application, key, revision } = input;
  const first = revision[0];
  if (first === undefined) throw new Error('nothing to render: the revision is empty');
  const path = pathOf(application, key.environment);
  try {
    const tree = world.source(first.source).tree(first);
    const renderer = await ports.renderer(tree, path);
    if (!renderer.ok) return renderer;
    return await withDeadline(
      ports.clock,
      application.timeouts.renderMs + (renderer.value.queueMs ?? 0),
      new AbortController().signal,
      () =>
        renderer.value.render(tree, path, {
          application: key.application,
          environment: key.environment,
          project: application.project,
          helm: application.helm,
          timeoutMs: application.timeouts.renderMs,
        }),
      () =>
        renderTimeout({
          message: `${key.application}@${key.environment} did not render within ${application.timeouts.renderMs} ms`,
          resource: path,
        }),
    );
  } catch (thrown) {
    return failure(toFairleadError(thrown));
  }
}

/** Renders and lets each target check and complete what was rendered. */
export async function prepareRevision(input: PrepareInput): Promise<PrepareResult> {
  const rendered = await renderRevision(input);
  const { readSet } = rendered.ok ? rendered.value : rendered;
  const paths = readSet === undefined ? undefined : pathsOf(readSet);
  const refuse = (error: FairleadError): PrepareResult =>
    paths === undefined ? failure(error) : { ok: false, error, paths };
  if (!rendered.ok) return refuse(rendered.error);
  const project = input.world.config.projects.get(input.application.project) ?? null;
  const refused = refusedKind(rendered.value.manifests, project);
  if (refused !== null) return refuse(refused);
  const { previousNames, kubernetes } = input.application;
  const scope = { key: input.key, project, previousNames, kubernetes };
  const byTarget = new Map<string, readonly Desired[]>();
  for (const target of input.targets) {
    try {
      const desired = await target.prepare(rendered.value.manifests, scope);
      if (!desired.ok) return refuse(desired.error);
      byTarget.set(target.name, desired.value);
    } catch (thrown) {
      return refuse(toFairleadError(thrown));
    }
  }
  return success({
    revision: input.revision,
    key: prepareKey(input),
    byTarget,
    warnings: rendered.value.warnings,
    paths: paths ?? [],
  });
}

/** A folder that was only seen to be there matters no more than what was read in it, which is there by itself. */
function pathsOf(readSet: ReadSet): readonly string[] {
  return [...readSet].flatMap(([path, oid]) => (oid === isFolder ? [] : [path]));
}

/** The first manifest of a kind that the project does not allow. `File` and `host.fairlead.dev/File` name the same. */
function refusedKind(
  manifests: readonly Manifest[],
  project: ProjectConfig | null,
): FairleadError | null {
  if (project === null || project.kinds.length === 0) return null;
  for (const manifest of manifests) {
    const group = manifest.apiVersion.includes('/')
      ? (manifest.apiVersion.split('/')[0] ?? '')
      : '';
    const names = [manifest.kind, `${group}/${manifest.kind}`, '*', `${group}/*`];
    if (names.some((name) => project.kinds.includes(name))) continue;
    const { file, line } = manifest.origin;
    return notAllowedByProject({
      message: `${file}${line === undefined ? '' : `:${line}`}: project ${project.name} allows no ${manifest.kind} (allowed: ${project.kinds.join(', ')})`,
      resource: `${manifest.kind}/${manifest.name}`,
    });
  }
  return null;
}

/** Equal keys render and prepare to the same. */
export function prepareKey(
  input: Pick<PrepareInput, 'application' | 'revision' | 'targets' | 'world'>,
): string {
  const { application, revision, targets, world } = input;
  const commits = revision.map((part) => `${part.source}=${part.commit}`).join(',');
  const names = targets.map((target) => target.name);
  const helm = application.helm === undefined ? '' : canonicalJson({ ...application.helm });
  const kubernetes =
    application.kubernetes === undefined ? '' : canonicalJson({ ...application.kubernetes });
  return `${application.path}|${helm}|${kubernetes}|${commits}|${surroundingsOf(world.config, application, names)}`;
}
