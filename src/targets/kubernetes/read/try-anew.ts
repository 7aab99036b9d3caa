import type { JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Desired, ResourceId } from '../../../model/resource.ts';
import type { CallOptions, KubernetesClient } from '../client/client.ts';
import { isFailure, isUntriable, serverFailureOf } from '../client/failure.ts';
import type { StatusCause } from '../client/failure.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { fieldValidationOf } from '../manifest/payload.ts';
import { bodyOf } from '../write/body.ts';

/**
 * Asks the server by a dry run whether it would take an object that is to be made anew, while the one that goes for it is still
 * there: what was deleted and cannot be made is an outage. Its name is taken, so another one is asked for, which the server
 * makes up; what is refused for the name alone, or because the one that goes still has it (an address, a part of a quota), says
 * nothing.
 *
 * @throws FairleadError why it would not, and also where the server does not say
 */
export async function tryAnew(
  client: KubernetesClient,
  type: ResourceType,
  desired: Desired,
  options: CallOptions,
): Promise<void> {
  const body = unnamed(bodyOf(desired, null, null), desired.id);
  try {
    await client.create(type, desired.id.namespace, body, {
      ...options,
      dryRun: true,
      fieldValidation: fieldValidationOf(desired),
    });
  } catch (thrown) {
    options.signal?.throwIfAborted();
    if (isUntriable(thrown) || isFailure(thrown, 'kubernetes.quota-exceeded')) return;
    const causes = serverFailureOf(thrown)?.causes ?? [];
    const isSaid = isFailure(thrown, 'kubernetes.invalid') && causes.length > 0;
    if (isSaid && causes.every(isOfName)) return;
    throw thrown;
  }
}

function unnamed(body: JsonObject, { name }: ResourceId): JsonObject {
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  const { name: _taken, ...rest } = metadata;
  return { ...body, metadata: { ...rest, generateName: `${name}-` } };
}

function isOfName({ field, message }: StatusCause): boolean {
  return /^metadata\.(?:name|generateName)$/.test(field) || /already allocated/.test(message);
}
