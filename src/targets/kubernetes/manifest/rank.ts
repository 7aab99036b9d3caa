import type { ResourceId } from '../../../model/resource.ts';

/** What everything else may need to exist at all. */
const ground = new Set(['/Namespace', 'apiextensions.k8s.io/CustomResourceDefinition']);

/** What pods refer to when they start, and what limits them. Services too: pods are told of those that are there. */
const supplies = new Set([
  '/ConfigMap',
  '/LimitRange',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/ResourceQuota',
  '/Secret',
  '/Service',
  '/ServiceAccount',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'node.k8s.io/RuntimeClass',
  'policy/PodDisruptionBudget',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/StorageClass',
]);

/** What stands between the server and every request: before what serves it runs, it would only be in the way. */
const gates = new Set([
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiregistration.k8s.io/APIService',
]);

/**
 * Order by kind inside a wave. Few steps, because all of one step goes side by side: Kubernetes itself waits for most of
 * what is missing.
 */
export function rankOf({ group, kind }: Pick<ResourceId, 'group' | 'kind'>): number {
  const name = `${group}/${kind}`;
  if (ground.has(name)) return 0;
  if (supplies.has(name)) return 1;
  return gates.has(name) ? 3 : 2;
}
