import { showLookup } from '../../model/cluster.ts';
import type { Lookup } from '../../model/cluster.ts';
import type { FairleadError } from '../../model/error.ts';
import type { Manifest } from '../../model/resource.ts';
import type { Tree } from '../../source/source.ts';
import type { ReadSet, RenderParameters, RenderResult } from '../renderer.ts';
import type { SeedId, SeedOf } from '../../model/seed.ts';
import { faultOf } from './faults.ts';
import { answerLookups } from './lookups.ts';
import { manifestsOf } from './manifests.ts';
import type { Sandbox } from './sandbox.ts';
import type { EngineDocument, EngineRequest } from './protocol.ts';
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
interface EngineTask {
  /** Folder that is rendered. */
  readonly path: string;
  readonly request: Exclude<EngineRequest, { readonly op: 'versions' | 'vocabulary' }>;
  /** See `SandboxJob.startsAnew`. */
  readonly startsAnew?: boolean;
  readonly expected?: readonly Expected[];
  /** Paths that lead to nothing, and that the request depends on for that. */
  readonly absent?: readonly string[];
  /** Where a document is from, for people. */
  readonly fileOf: (document: EngineDocument) => string;
}

/** Sends one request to an engine and takes in what it gives. */
export async function renderWithEngine(
  { sandbox, seedOf }: EngineTools,
  tree: Tree,
  { path, request, startsAnew = false, expected = [], absent = [], fileOf }: EngineTask,
  parameters: RenderParameters,
): Promise<RenderResult> {
  const { application, environment, project = 'default', timeoutMs } = parameters;
  const resource = path === '' ? 'the root' : path;
  const files = recordFiles(tree, resource, expected);
  const seed = seedOf(parameters.seed ?? firstSeed(application, environment));
  const job = { files, project, startsAnew, ...seed, timeoutMs, resource };
  const answer = await answerLookups(parameters, request, (whole) =>
    sandbox.render({ ...job, request: whole }),
  );
  const readSet: ReadSet = new Map([
    ...files.readSet,
    ...absent.map((name): [string, null] => [name, null]),
  ]);
  const fail = (error: FairleadError): RenderResult => ({ ok: false, error, readSet });
  // What could not be read explains better than what an engine made of that.
  if (files.failure !== null) return fail(files.failure);
  if (!answer.ok) return fail(answer.error);
  const response = answer.value;
  if (response.error !== undefined) return fail(faultOf(response.error, resource, files.address));
  const manifests = manifestsOf(response.documents ?? [], fileOf);
  if (!manifests.ok) return fail(manifests.error);
  const { lookups = [], notes, usesCapabilities = false } = response;
  const unanswered = parameters.lookUp === undefined ? lookups : [];
  const warnings = warningsOf(resource, response.warnings ?? [], unanswered, manifests.value);
  const said = notes === undefined || notes.trim() === '' ? {} : { notes };
  return {
    ok: true,
    value: { manifests: manifests.value, readSet, warnings, usesCapabilities, lookups, ...said },
  };
}

/** The seed of what was never released. */
function firstSeed(name: string, environment: string): SeedId {
  return { name, environment, generation: 0, clockMs: null };
}

function warningsOf(
  resource: string,
  warnings: readonly string[],
  unanswered: readonly Lookup[],
  manifests: readonly Manifest[],
): readonly string[] {
  return [
    ...warnings.map((text) => `${resource}: ${text}`),
    ...unanswered.map(
      (lookup) =>
        `${resource} looks up ${showLookup(lookup)} in the cluster; it is rendered as if that were not there.`,
    ),
    ...(manifests.length === 0 ? [`${resource} renders to nothing.`] : []),
  ];
}
