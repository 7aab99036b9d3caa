import { kindCase } from './kind-case.ts';
import type { KindCase, Names } from './kind-case.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const admission = 'admissionregistration.k8s.io/v1';

/** Rights, admission, storage, scheduling and priority: most of it without a namespace. */
export function clusterKinds({ prefix, group }: Names): readonly KindCase[] {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: prefix };
  const subjects = [{ kind: 'User', name: 'ada', apiGroup: 'rbac.authorization.k8s.io' }];
  // Nothing has this label, so that nothing is ever admitted or refused by what is made here.
  const nowhere = { namespaceSelector: { matchLabels: { 'proof.example/none': prefix } } };
  const rule = {
    apiGroups: [''],
    apiVersions: ['v1'],
    resources: ['configmaps'],
    operations: ['CREATE'],
  };
  const webhook = {
    name: 'proof.example.com',
    clientConfig: { url: 'https://127.0.0.1:9/' },
    rules: [rule],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Ignore',
    ...nowhere,
  };
  const matchConstraints = { resourceRules: [rule], ...nowhere };
  return [
    kindCase(
      rbac,
      'Role',
      'reader',
      {
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
      },
      { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] },
    ),
    kindCase(
      rbac,
      'RoleBinding',
      'reader',
      { roleRef, subjects },
      {
        subjects: [{ ...subjects[0], name: 'eve' }],
      },
    ),
    // Its rules are written by a controller of the cluster, from those of the role below.
    kindCase(
      rbac,
      'ClusterRole',
      prefix,
      {
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { aggregate: prefix } }] },
      },
      { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { aggregate: 'other' } }] } },
    ),
    {
      object: {
        apiVersion: rbac,
        kind: 'ClusterRole',
        metadata: { name: `${prefix}-part`, labels: { aggregate: prefix } },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      },
      edit: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
    },
    kindCase(rbac, 'ClusterRoleBinding', prefix, { roleRef, subjects }, { subjects: [] }),
    kindCase(
      admission,
      'ValidatingWebhookConfiguration',
      prefix,
      { webhooks: [webhook] },
      {
        webhooks: [{ ...webhook, timeoutSeconds: 3, failurePolicy: 'Fail' }],
      },
    ),
    kindCase(
      admission,
      'MutatingWebhookConfiguration',
      prefix,
      { webhooks: [webhook] },
      {
        webhooks: [],
      },
    ),
    kindCase(
      admission,
      'ValidatingAdmissionPolicy',
      prefix,
      {
        spec: { matchConstraints, validations: [{ expression: 'true' }], failurePolicy: 'Ignore' },
      },
      { spec: { validations: [{ expression: 'false' }] } },
    ),
    kindCase(
      admission,
      'ValidatingAdmissionPolicyBinding',
      prefix,
      {
        spec: { policyName: prefix, validationActions: ['Audit'] },
      },
      { spec: { validationActions: ['Warn'] } },
    ),
    kindCase(
      admission,
      'MutatingAdmissionPolicy',
      prefix,
      {
        spec: {
          matchConstraints,
          reinvocationPolicy: 'Never',
          failurePolicy: 'Ignore',
          mutations: [
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: {
                expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}',
              },
            },
          ],
        },
      },
      { spec: { failurePolicy: 'Fail' } },
    ),
    kindCase(
      admission,
      'MutatingAdmissionPolicyBinding',
      prefix,
      {
        spec: { policyName: prefix },
      },
      { spec: { policyName: 'other' } },
    ),
    kindCase(
      'scheduling.k8s.io/v1',
      'PriorityClass',
      prefix,
      {
        value: 7,
        description: 'for a proof',
        globalDefault: false,
      },
      { description: 'for nothing' },
    ),
    kindCase(
      'flowcontrol.apiserver.k8s.io/v1',
      'PriorityLevelConfiguration',
      prefix,
      {
        spec: {
          type: 'Limited',
          limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } },
        },
      },
      { spec: { limited: { nominalConcurrencyShares: 2 } } },
    ),
    kindCase(
      'flowcontrol.apiserver.k8s.io/v1',
      'FlowSchema',
      prefix,
      {
        spec: {
          priorityLevelConfiguration: { name: 'catch-all' },
          matchingPrecedence: 9_000,
          rules: [
            {
              subjects: [{ kind: 'User', user: { name: 'nobody-at-all' } }],
              resourceRules: [
                { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] },
              ],
            },
          ],
        },
      },
      { spec: { matchingPrecedence: 9_001 } },
    ),
    kindCase(
      'storage.k8s.io/v1',
      'StorageClass',
      prefix,
      {
        provisioner: 'proof.example.com',
        allowVolumeExpansion: true,
      },
      { allowVolumeExpansion: false },
    ),
    kindCase(
      'storage.k8s.io/v1',
      'CSIDriver',
      `${prefix}.example.com`,
      {
        spec: { attachRequired: false, podInfoOnMount: true },
      },
      { spec: { podInfoOnMount: false } },
    ),
    kindCase('storage.k8s.io/v1', 'CSINode', prefix, { spec: { drivers: [] } }, null),
    kindCase(
      'storage.k8s.io/v1',
      'VolumeAttachment',
      prefix,
      {
        spec: {
          attacher: 'proof.example.com',
          nodeName: 'node-a',
          source: { persistentVolumeName: `${prefix}-disk` },
        },
      },
      null,
    ),
    kindCase(
      'storage.k8s.io/v1',
      'VolumeAttributesClass',
      prefix,
      {
        driverName: 'proof.example.com',
        parameters: { iops: '100' },
      },
      null,
    ),
    kindCase(
      'node.k8s.io/v1',
      'RuntimeClass',
      prefix,
      {
        handler: 'sandbox',
        overhead: { podFixed: { memory: '1024Ki', cpu: '0.25' } },
        scheduling: { nodeSelector: { sandbox: 'yes' } },
      },
      { scheduling: { nodeSelector: { sandbox: 'no' } } },
    ),
    kindCase(
      'networking.k8s.io/v1',
      'IngressClass',
      prefix,
      {
        spec: { controller: 'example.com/proof', parameters: { kind: 'Any', name: 'one' } },
      },
      { spec: { parameters: { name: 'two' } } },
    ),
    kindCase(
      'resource.k8s.io/v1',
      'DeviceClass',
      prefix,
      {
        spec: { selectors: [{ cel: { expression: 'device.driver == "proof.example.com"' } }] },
      },
      { spec: { selectors: [] } },
    ),
    kindCase(
      'resource.k8s.io/v1',
      'ResourceSlice',
      prefix,
      {
        spec: {
          driver: 'proof.example.com',
          pool: { name: prefix, generation: 1, resourceSliceCount: 1 },
          allNodes: true,
          devices: [{ name: 'one', capacity: { memory: { value: '1024Mi' } } }],
        },
      },
      { spec: { pool: { generation: 2 } } },
    ),
    kindCase(
      'apiregistration.k8s.io/v1',
      'APIService',
      `v1beta9.${group}`,
      {
        spec: { group, version: 'v1beta9', groupPriorityMinimum: 100, versionPriority: 5 },
      },
      { spec: { versionPriority: 6 } },
    ),
  ];
}
