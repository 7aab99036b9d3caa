import type { KubeBench } from '../kube-bench.ts';

const admission = '/apis/admissionregistration.k8s.io/v1';

/** What a ConfigMap has to fulfil, in CEL, and what is said of one that does not. */
interface Validation {
  readonly expression: string;
  readonly message: string;
}

/** From some moment soon after on, the server refuses ConfigMaps of the bench's namespace that do not fulfil this. */
export async function refuseConfigMaps(
  { kube, namespace }: Pick<KubeBench, 'kube' | 'namespace'>,
  validation: Validation,
): Promise<void> {
  await kube.post(`${admission}/validatingadmissionpolicies`, {
    metadata: { name: namespace },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'] },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
      validations: [validation],
    },
  });
  await kube.post(`${admission}/validatingadmissionpolicybindings`, {
    metadata: { name: namespace },
    spec: { policyName: namespace, validationActions: ['Deny'] },
  });
}
