import type { JsonObject } from '../../../model/json.ts';
import type { KubernetesClient } from '../client/client.ts';
import { isFailure } from '../client/failure.ts';
import type { KubeObject, ManagedFields } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { restoringManager } from './items-back.ts';

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
  restoringManager,
]);

/** Writers of the same object are few, and each round takes milliseconds. */
const attempts = 10;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Ends the claims of former deployers on an object that has become ours: else what leaves the source later would stay,
 * held by them. Only who manages which field changes; no field goes with the claim. Of a Secret the copy goes, too, that
 * kubectl keeps of its values in an annotation.
 */
export async function releaseFormer(
  client: KubernetesClient,
  type: ResourceType,
  object: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject> {
  const at = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
  let live = object;
  for (let attempt = 1; ; attempt += 1) {
    const patch = patchFor(live);
    if (patch === null) return live;
    try {
      return (await client.patch(type, at, patch, { patchType: 'merge', signal })).object;
    } catch (thrown) {
      // A controller wrote its status meanwhile, and the list of managers with it.
      if (attempt === attempts || !isFailure(thrown, 'kubernetes.version-conflict')) throw thrown;
      const again = await client.get(type, at, { signal });
      if (again === null || again.metadata.uid !== object.metadata.uid) throw thrown;
      live = again;
    }
  }
}

function patchFor({ kind, metadata }: KubeObject): JsonObject | null {
  const { managedFields = [], annotations = {}, uid, resourceVersion } = metadata;
  const kept = managedFields.filter((entry) => !isFormer(entry));
  const hasCopy = kind === 'Secret' && Object.hasOwn(annotations, lastApplied);
  if (kept.length === managedFields.length && !hasCopy) return null;
  const copy = hasCopy ? { annotations: { [lastApplied]: null } } : {};
  return { metadata: { uid, resourceVersion, managedFields: kept, ...copy } };
}

function isFormer({ manager, subresource }: ManagedFields): boolean {
  return deployers.has(manager) && (subresource ?? '') === '';
}
