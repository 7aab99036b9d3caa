import { withDeadline } from '../../apply/deadline.ts';
import type { ApplicationConfig, ProjectConfig } from '../../model/config.ts';
import { inventoryKey } from '../../model/inventory.ts';
import type { InventoryKey } from '../../model/inventory.ts';
import type { Desired, Manifest } from '../../model/resource.ts';
import type { Revision } from '../../model/revision.ts';
import type { SeedId } from '../../model/seed.ts';
import { failure, success } from '../../model/result.ts';
import { toFairleadError } from '../../model/error.ts';
import type { FairleadError } from '../../model/error.ts';
import { isFolder } from '../../render/renderer.ts';
import type { ReadSet, RenderResult } from '../../render/renderer.ts';
import { finish } from '../../render/finish/finish.ts';
import { placeOf } from '../../plan/place.ts';
import type { PrepareScope, Target } from '../../targets/target.ts';
import { createFieldLocator } from '../../render/locate-field.ts';
import type { FieldLocator } from '../../render/locate-field.ts';
import { pathMissing, renderOverdue, valuesMissing } from '../../render/errors.ts';
import { seenOf, viewCluster } from './cluster-view.ts';
import type { ClusterSeen, ClusterView } from './cluster-view.ts';
import { notAllowedByProject } from '../errors.ts';
import type { EnginePorts } from '../ports.ts';
import type { Prepared } from './prepared.ts';
import type { Taken } from './taken.ts';
import { isSameTaken, recordsAt } from './taken.ts';
import { showSource, treeOf } from './source-trees.ts';
import { surroundingsOf } from './surroundings.ts';
import type { World } from '../world.ts';

/** One revision of one application, for these targets. */
interface PrepareInput {
  readonly ports: EnginePorts;
  readonly world: World;
  readonly application: ApplicationConfig;
  readonly key: InventoryKey;
  readonly revision: Revision;
  /** What templates draw from. */
  readonly seed: SeedId;
  readonly targets: readonly Target[];
  /** Whether tests are part of it. Default: where the application says so. */
  readonly runsTests?: boolean;
  /** What others own and is prepared all the same, as they are about to give it up. Default: nothing. */
  readonly expected?: readonly Taken[] | undefined;
}

/** The folder of an application in one environment. */
export function pathOf(application: ApplicationConfig, environment: string): string {
  return application.path.replaceAll('{environment}', environment);
}

/** A failure says which paths were read until then, where that is known: a change there is worth another try. */
export type PrepareResult =
  | { readonly ok: true; readonly value: Prepared }
  | {
      readonly ok: false;
      readonly error: FairleadError;
      readonly paths?: readonly string[];
      /** What others own of what it wants. */
      readonly taken?: readonly Taken[];
    };

/** Renders the application at a revision for one target. A failure is a value and never a part of the whole. */
export async function renderRevision(
  input: Omit<PrepareInput, 'targets'>,
  view: ClusterView = { parameters: {}, error: null },
): Promise<RenderResult> {
  const { ports, application, key } = input;
  const path = pathOf(application, key.environment);
  try {
    const tree = treeOf(input.world, application, input.revision);
    const renderer = await ports.renderer(tree, path);
    if (!renderer.ok) return renderer;
    const rendered = await withDeadline(
      ports.clock,
      application.timeouts.renderMs + (renderer.value.queueMs ?? 0),
      new AbortController().signal,
      () =>
        renderer.value.render(tree, path, {
          application: key.application,
          environment: key.environment,
          project: application.project,
          helm: application.helm,
          tests: input.runsTests,
          directory: application.directory,
          seed: input.seed,
          ...view.parameters,
          timeoutMs: application.timeouts.renderMs,
        }),
      () =>
        renderOverdue({
          message: `${key.application}@${key.environment} did not get to render in time`,
          resource: path,
        }),
    );
    if (!rendered.ok) return { ...rendered, error: placed(rendered.error, application, path) };
    const { readSet } = rendered.value;
    if (view.error !== null && rendered.value.usesCapabilities === true) {
      return { ok: false, error: view.error, readSet };
    }
    const finished = finish(rendered.value, application, key.environment);
    return finished.ok ? finished : { ok: false, error: finished.error, readSet };
  } catch (thrown) {
    return failure(toFairleadError(thrown));
  }
}

/** What is not there is no fault of the folder: it is told where the configuration names it. */
function placed(error: FairleadError, application: ApplicationConfig, path: string): FairleadError {
  const { origin, pathLine = origin.line ?? 1, source } = application;
  if (error.code === valuesMissing.definition.code) {
    const place = `${origin.file}:${origin.line ?? 1}`;
    const message = `${place}: spec.helm.valuesFiles: ${error.message}`;
    return valuesMissing({ message, resource: place });
  }
  if (error.code !== pathMissing.definition.code) return error;
  const message = `${origin.file}:${pathLine}: spec.path: there is no folder ${path || '.'} in ${showSource(source)}`;
  return pathMissing({ message, resource: `${origin.file}:${pathLine}` });
}

/** Renders and lets each target check and complete what was rendered. */
export async function prepareRevision(input: PrepareInput): Promise<PrepareResult> {
  const { application, key } = input;
  const project = input.world.config.projects.get(application.project) ?? null;
  const { previousNames, kubernetes } = application;
  const warnings = new Set<string>();
  const warn = (message: string): void => void warnings.add(message);
  const runsTests = input.runsTests ?? application.helm?.tests === true;
  const locate = locatorOf(input);
  const scope = { key, project, previousNames, kubernetes, runsTests, warn, locate };
  const byTarget = new Map<string, readonly Desired[]>();
  const seen = new Map<string, ClusterSeen>();
  const paths = new Set<string>();
  let notes = '';
  let common: RenderResult | null = null;
  const taken: Taken[] = [];
  let refused: FairleadError | null = null;
  const refuse = (error: FairleadError): PrepareResult => ({
    ok: false,
    error,
    ...(paths.size > 0 && { paths: [...paths] }),
    ...(taken.length > 0 && { taken }),
  });
  for (const target of input.targets) {
    const view = await viewCluster(target, scope);
    const rendered: RenderResult = common ?? (await renderRevision(input, view));
    const { readSet } = rendered.ok ? rendered.value : rendered;
    for (const path of pathsOf(readSet ?? new Map())) paths.add(path);
    if (!rendered.ok) return refuse(refused ?? rendered.error);
    const { manifests, usesCapabilities = false, lookups = [] } = rendered.value;
    // What depends on no target is the same for all of them.
    if (!usesCapabilities && lookups.length === 0) common = rendered;
    seen.set(target.name, seenOf(rendered.value, view));
    notes ||= rendered.value.notes ?? '';
    for (const warning of rendered.value.warnings) warnings.add(warning);
    refused ??= refusedKind(manifests, project);
    if (refused !== null && taken.length === 0) return refuse(refused);
    const onTaken: PrepareScope['onTaken'] = (wanted, owner) => {
      const one = { at: recordsAt(target), place: placeOf(wanted), owner: inventoryKey(owner) };
      const isExpected = (input.expected ?? []).some((other) => isSameTaken(one, other));
      if (!isExpected) taken.push(one);
      return isExpected;
    };
    try {
      const desired = await target.prepare(manifests, { ...scope, onTaken });
      if (desired.ok) byTarget.set(target.name, desired.value);
      else refused ??= desired.error;
    } catch (thrown) {
      refused ??= toFairleadError(thrown);
    }
    // What others own at the other targets is to be known, too: what is not asked of them here they would delete there.
    if (refused !== null && taken.length === 0) return refuse(refused);
  }
  if (refused !== null) return refuse(refused);
  return success({
    revision: input.revision,
    key: prepareKey(input),
    byTarget,
    warnings: [...warnings],
    notes,
    seen,
    paths: [...paths],
  });
}

/** Looks for fields of manifests in the files of the revision, each of which is read and taken apart once. */
function locatorOf({
  world,
  application,
  revision,
}: Pick<PrepareInput, 'world' | 'application' | 'revision'>): NonNullable<PrepareScope['locate']> {
  const files = new Map<string, Promise<FieldLocator>>();
  const read = async (file: string): Promise<FieldLocator> => {
    try {
      const bytes = await treeOf(world, application, revision).read(file);
      return createFieldLocator(new TextDecoder().decode(bytes ?? new Uint8Array()));
    } catch {
      // What is wrong is told all the same.
      return createFieldLocator('');
    }
  };
  return async (manifest, path, atKey) => {
    const { file } = manifest.origin;
    const known = files.get(file) ?? read(file);
    files.set(file, known);
    return (await known)(manifest, path, atKey);
  };
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
  input: Pick<PrepareInput, 'application' | 'revision' | 'seed' | 'targets' | 'world'>,
): string {
  const { application, revision, seed, targets, world } = input;
  const commits = revision.map((part) => `${part.source}=${part.commit}`).join(',');
  const names = targets.map((target) => target.name);
  const { path, helm, directory, substitute, labels, annotations, kubernetes } = application;
  const asked = { path, helm, directory, substitute, labels, annotations, kubernetes, seed };
  return `${JSON.stringify(asked)}|${commits}|${surroundingsOf(world.config, application, names)}`;
}
