import type { FairleadError } from '../../model/error.ts';
import type { Manifest } from '../../model/resource.ts';
import type { Tree } from '../../source/source.ts';
import type { ReadSet, RenderParameters, RenderResult } from '../renderer.ts';
import type { SeedOf } from '../../model/seed.ts';
import { faultOf } from './faults.ts';
import { manifestsOf } from './manifests.ts';
import type { Sandbox } from './pool.ts';
import type { EngineDocument, EngineRequest, EngineResponse } from './protocol.ts';
import { recordFiles } from './tree-files.ts';
import type { Expected } from './tree-files.ts';

/** Longest wait for a thread: others may use up their own limit first. */
export const queueMs = 120_000;

/** What the renderers that use an engine have in common. */
export interface EngineTools {
  readonly sandbox: Sandbox;
  readonly seedOf: SeedOf;
}

/** What one render asks. */
export interface EngineTask {
  /** Folder that is rendered. */
  readonly path: string;
  readonly request: EngineRequest;
  readonly expected?: readonly Expected[];
  /** What the choice of the renderer depended on: paths that lead to nothing. */
  readonly absent: readonly string[];
  /** Where a document is from, for people. */
  readonly fileOf: (document: EngineDocument) => string;
}

/** Sends one request to an engine and takes in what it gives. */
export async function renderWithEngine(
  { sandbox, seedOf }: EngineTools,
  tree: Tree,
  { path, request, expected = [], absent, fileOf }: EngineTask,
  parameters: RenderParameters,
): Promise<RenderResult> {
  const { application, environment, project = 'default', timeoutMs } = parameters;
  const resource = path === '' ? 'the root' : path;
  const files = recordFiles(tree, resource, expected);
  const seed = seedOf(application, environment);
  const job = { request, files, project, ...seed, timeoutMs, resource };
  const answer = await sandbox.render(job);
  const readSet: ReadSet = new Map([
    ...files.readSet,
    ...absent.map((name): [string, null] => [name, null]),
  ]);
  const fail = (error: FairleadError): RenderResult => ({ ok: false, error, readSet });
  // What could not be read explains better than what an engine made of that.
  if (files.failure !== null) return fail(files.failure);
  if (!answer.ok) return fail(answer.error);
  const response = answer.value;
  if (response.error !== undefined) return fail(faultOf(response.error, resource));
  const manifests = manifestsOf(response.documents ?? [], fileOf);
  if (!manifests.ok) return fail(manifests.error);
  const warnings = warningsOf(resource, response, manifests.value);
  return { ok: true, value: { manifests: manifests.value, readSet, warnings } };
}

function warningsOf(
  resource: string,
  { warnings = [], lookups = [] }: EngineResponse,
  manifests: readonly Manifest[],
): readonly string[] {
  return [
    ...warnings.map((text) => `${resource}: ${text}`),
    ...lookups.map(
      ({ apiVersion, kind, namespace, name }) =>
        `${resource} looks up ${[apiVersion, kind, namespace, name].filter(Boolean).join(' ')} in the cluster; it is rendered as if that were not there.`,
    ),
    ...(manifests.length === 0 ? [`${resource} renders to nothing.`] : []),
  ];
}
