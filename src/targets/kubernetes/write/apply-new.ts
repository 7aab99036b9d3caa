import type { JsonObject } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import type { ResourceId } from '../../../model/resource.ts';
import { preconditionFailed } from '../../errors.ts';
import type { ApplyOptions, KubernetesClient } from '../client/client.ts';
import { isFailure, serverFailureOf } from '../client/failure.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { withAt } from '../object/pointer.ts';

/**
 * A version that no object has: the first thing that is written in a cluster has 2. Where there is nothing the server does not
 * look at it; what is there has another one, and is left alone. Server-side apply knows no other "only if it is not there":
 * without it, it would merge into what somebody has made since it was looked for.
 */
const noVersion = '1';

/**
 * Makes an object by server-side apply, and changes none.
 * @throws FairleadError `target.precondition-failed` where there is one
 */
export async function applyNew(
  client: KubernetesClient,
  type: ResourceType,
  id: ResourceId,
  body: JsonObject,
  options: ApplyOptions,
): Promise<KubeObject> {
  try {
    const guarded = withAt(body, ['metadata', 'resourceVersion'], noVersion);
    return (await client.apply(type, id, guarded, options)).object;
  } catch (thrown) {
    const isThere =
      isFailure(thrown, 'kubernetes.version-conflict') ||
      isFailure(thrown, 'kubernetes.apply-conflict');
    if (isThere) throw somebodyWas(id);
    if (!takesNoVersion(thrown)) throw thrown;
  }
  const answer = await client.apply(type, id, body, options);
  if (!answer.created) throw somebodyWas(id);
  return answer.object;
}

/** What other servers than Kubernetes' own, behind an aggregated API, may say of a new object with a version. */
function takesNoVersion(thrown: unknown): boolean {
  const { status = 0, message = '' } = serverFailureOf(thrown) ?? {};
  return [400, 422, 500].includes(status) && /resource ?version/i.test(message);
}

/** Nothing of it was taken, and planning sees both now. */
export function somebodyWas(id: ResourceId) {
  return preconditionFailed({
    message: `${showResource(id)} is there already, and was not when this was planned`,
    resource: showResource(id),
  });
}
