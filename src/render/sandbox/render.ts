import type { FairleadError } from '../../model/error.ts';
import type { Manifest } from '../../model/resource.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { Tree } from '../../source/source.ts';
import type { ReadSet, RenderParameters } from '../renderer.ts';
import { faultOf } from './faults.ts';
import { manifestsOf } from './manifests.ts';
import type { Sandbox } from './pool.ts';
import type { EngineDocument, EngineRequest, EngineResponse } from './protocol.ts';
import type { SeedOf } from './entropy.ts';
import { recordFiles } from './tree-files.ts';

/** What the renderers that use an engine have in common. */
export interface EngineTools {
  readonly sandbox: Sandbox;
  readonly seedOf: SeedOf;
}

/** What an engine made of a tree. */
export interface EngineResult {
  readonly manifests: readonly Manifest[];
  readonly readSet: ReadSet;
  readonly response: EngineResponse;
}

/** Sends one request to an engine and takes in what it gives. */
export async function renderWithEngine(
  { sandbox, seedOf }: EngineTools,
  tree: Tree,
  resource: string,
  request: EngineRequest,
  parameters: RenderParameters,
  fileOf: (document: EngineDocument) => string,
): Promise<Result<EngineResult>> {
  const { application, environment, project = 'default', timeoutMs } = parameters;
  const files = recordFiles(tree, resource);
  const answer = await sandbox.render({
    request,
    files,
    project,
    ...seedOf(application, environment),
    timeoutMs,
    resource,
  });
  // What could not be read explains better than what an engine made of that.
  const unread: FairleadError | null = files.failure;
  if (unread !== null) return failure(unread);
  if (!answer.ok) return answer;
  const response = answer.value;
  if (response.error !== undefined) return failure(faultOf(response.error, resource));
  const manifests = manifestsOf(response.documents ?? [], fileOf);
  if (!manifests.ok) return manifests;
  return success({ manifests: manifests.value, readSet: files.readSet, response });
}
