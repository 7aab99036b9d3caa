import { always } from '../always.ts';
import { kinds } from '../rule.ts';

/** Built-in kinds that only hold data. */
export const data = [
  ...kinds(
    '',
    ['ConfigMap', 'Secret', 'ServiceAccount', 'LimitRange', 'PodTemplate', 'Event'],
    always,
  ),
  ...kinds('apps', ['ControllerRevision'], always),
  ...kinds(
    'rbac.authorization.k8s.io',
    ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
    always,
  ),
  ...kinds('scheduling.k8s.io', ['PriorityClass'], always),
  ...kinds('node.k8s.io', ['RuntimeClass'], always),
  ...kinds('coordination.k8s.io', ['Lease'], always),
  ...kinds(
    'admissionregistration.k8s.io',
    [
      'ValidatingAdmissionPolicyBinding',
      'MutatingAdmissionPolicy',
      'MutatingAdmissionPolicyBinding',
    ],
    always,
  ),
  ...kinds('flowcontrol.apiserver.k8s.io', ['PriorityLevelConfiguration'], always),
];
