import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject, ManagedFields } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';

/**
 * Field managers of what deploys by hand or from Git: who takes an object over takes their place. Controllers that only
 * change a field here and there (autoscalers, injectors) keep what is theirs.
 */
const deployers: ReadonlySet<string> = new Set([
  'argocd-application-controller',
  'argocd-controller',
  'before-first-apply',
  'flux',
  'helm',
  'helm-controller',
  'kubectl',
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-edit',
  'kubectl-last-applied',
  'kubectl-patch',
  'kubectl-replace',
  'kustomize-controller',
]);

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Ends the claims of former deployers on an object that has become ours: else what leaves the source later would stay,
 * held by them. Only who manages which field changes, and the annotation in which kubectl keeps a copy; no field goes
 * with the claim.
 */
export async function releaseFormer(
  client: KubernetesClient,
  type: ResourceType,
  object: KubeObject,
): Promise<KubeObject> {
  const { managedFields = [], annotations = {}, uid, resourceVersion } = object.metadata;
  const kept = managedFields.filter((entry) => !isFormer(entry));
  const hasCopy = Object.hasOwn(annotations, lastApplied);
  if (kept.length === managedFields.length && !hasCopy) return object;
  const metadata = {
    uid,
    resourceVersion,
    managedFields: kept,
    ...(hasCopy ? { annotations: { [lastApplied]: null } } : {}),
  };
  const at = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
  const answer = await client.patch(type, at, { metadata }, { patchType: 'merge' });
  return answer.object;
}

function isFormer({ manager, subresource }: ManagedFields): boolean {
  return deployers.has(manager) && (subresource ?? '') === '';
}
