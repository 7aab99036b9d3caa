import { showResource } from '../../../model/resource.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Effect } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import { isFailure, serverFailureOf } from '../client/failure.ts';
import { namespaceMissing, namespaceTerminating } from '../errors.ts';
import { namespaceType } from '../names.ts';

/**
 * After something could not be made: makes its namespace where that is what is missing and the options allow it, so that
 * it is worth another try. A namespace made this way is owned by no application and never removed by one.
 * @throws FairleadError what stands in the way, which is `thrown` where it is not the namespace
 */
export async function ensureNamespace(
  client: KubernetesClient,
  id: ResourceId,
  mayCreate: boolean,
  thrown: unknown,
  effect: Effect,
): Promise<void> {
  const { namespace } = id;
  if (namespace === '') throw thrown;
  const causes = serverFailureOf(thrown)?.causes ?? [];
  if (causes.some(({ reason }) => reason === 'NamespaceTerminating')) {
    throw namespaceTerminating({
      message: `${showResource(id)} cannot be made: namespace ${namespace} is being deleted`,
      resource: `Namespace/${namespace}`,
      cause: thrown,
    });
  }
  if (!isFailure(thrown, 'kubernetes.not-found')) throw thrown;
  const at = { namespace: '', name: namespace };
  // Another change of the same release made it since. What is applied is missing for no other reason.
  if ((await client.get(namespaceType, at, { signal: effect.signal })) !== null) return;
  if (!mayCreate) {
    throw namespaceMissing({
      message: `${showResource(id)} cannot be made: there is no namespace ${namespace}`,
      resource: `Namespace/${namespace}`,
      cause: thrown,
    });
  }
  try {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await client.create(namespaceType, '', body, { signal: effect.signal });
  } catch (error) {
    // Another change of the same release was quicker.
    if (!isFailure(error, 'kubernetes.already-exists')) throw error;
  }
}
