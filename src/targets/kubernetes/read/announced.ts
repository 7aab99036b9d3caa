import { toFairleadError } from '../../../model/error.ts';
import { sameJson } from '../../../model/json.ts';
import type { Recorded } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { ownSet, project } from '../object/fields-v1.ts';

/**
 * Whether an object is what a release announced and was cut off from recording: we hold exactly the fields that applying
 * the announcement would give us, with the values that the server makes of it (`1000m` is stored as `1`). Asked by a dry
 * run, which changes nothing.
 * @throws FairleadError where the server gave no answer that lasts
 */
export async function isAsAnnounced(
  client: KubernetesClient,
  type: ResourceType,
  recorded: Recorded,
  live: KubeObject,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const own = ownSet(live);
  // Values of Secrets and long ones are seals and digests in a record: nothing can be made of them.
  const isSealed = type.group === '' && (type.kind === 'Secret' || type.kind === 'ConfigMap');
  if (recorded.uid !== null || isSealed || Object.keys(own).length === 0) return false;
  const { name, namespace = '' } = live.metadata;
  try {
    const { object } = await client.apply(type, { namespace, name }, recorded.fields, {
      dryRun: true,
      force: true,
      fieldValidation: 'Ignore',
      ...(signal === undefined ? {} : { signal }),
    });
    return sameJson(ownSet(object), own) && sameJson(project(object, own), project(live, own));
  } catch (thrown) {
    const error = toFairleadError(thrown);
    if (error.class === 'input' || error.class === 'denied') return false;
    throw error;
  }
}
