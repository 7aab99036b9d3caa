/**
 * What the server writes down: every write with its user; of a delete also what was sent (its preconditions) and what
 * was answered (the object that is gone). Of reads only that they were. Nobody needs the leases and events of controllers.
 */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
  - level: None
    users: ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler']
    verbs: [get, list, watch]
  - level: None
    userGroups: ['system:serviceaccounts:kube-system', 'system:nodes']
    verbs: [get, list, watch]
  - level: None
    resources:
      - group: ''
        resources: [events]
      - group: events.k8s.io
      - group: coordination.k8s.io
  - level: RequestResponse
    verbs: [delete, deletecollection]
  - level: Metadata
`;
