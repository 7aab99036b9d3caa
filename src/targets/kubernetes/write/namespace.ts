import { showResource } from '../../../model/resource.ts';
import type { ResourceId } from '../../../model/resource.ts';
import { preconditionFailed } from '../../errors.ts';
import type { ApplyEffect } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import { isFailure, serverFailureOf } from '../client/failure.ts';
import { namespaceMissing, namespaceTerminating } from '../errors.ts';
import { payloadOf } from '../manifest/payload.ts';
import { namespaceType } from '../names.ts';
import type { Existence } from '../read/existence.ts';

interface EnsureWith {
  readonly client: KubernetesClient;
  readonly existence: Existence;
}

/**
 * After something could not be made: makes its namespace where that is what is missing, and the options and the plan allow it, so that
 * it is worth another try. A namespace made this way is owned by no application and never removed by one.
 * @throws FairleadError what stands in the way, which is `thrown` where it is not the namespace
 */
export async function ensureNamespace(
  { client, existence }: EnsureWith,
  effect: ApplyEffect,
  thrown: unknown,
): Promise<void> {
  const { id, desired } = effect;
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
  await existence.note(namespaceType, at, false);
  if (!payloadOf(desired).options.createNamespace) {
    throw namespaceMissing({
      message: `${showResource(id)} cannot be made: there is no namespace ${namespace}`,
      resource: `Namespace/${namespace}`,
      cause: thrown,
    });
  }
  // What was reviewed is what is made: it was there then, and the next plan names it.
  if (!(effect.mayMake ?? []).some((one) => isNamespace(one) && one.name === namespace)) {
    throw preconditionFailed({
      message: `${showResource(id)} cannot be made: namespace ${namespace} was there when this was planned, and is gone`,
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
  await existence.note(namespaceType, at, true);
}

/** The namespace of that name as a resource. */
export function namespaceId(name: string): ResourceId {
  return { group: namespaceType.group, kind: namespaceType.kind, namespace: '', name };
}

function isNamespace({ group, kind }: ResourceId): boolean {
  return group === namespaceType.group && kind === namespaceType.kind;
}
