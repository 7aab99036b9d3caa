import { yamlScalar } from '../../config/yaml-scalar.ts';
import type { TargetProposal } from '../driver.ts';

/** A cluster as `fairlead init` proposes it. */
export const kubernetesProposal: TargetProposal = {
  name: 'cluster',
  noun: 'Kubernetes',
  words: 'Kubernetes manifests',
  isManifest,
  generic:
    /^(?:overlays?|environments?|envs?|k8s|kubernetes|kustomize|manifests|deploy|charts?|helm)$/,
  target: (context) =>
    context === undefined
      ? '  kubernetes: {} # the current context of the kubeconfig; `context: NAME` names one'
      : `  kubernetes:\n    context: ${yamlScalar(context)}`,
  hasContext: true,
  namesNamespace: (heads) => heads.some((head) => /^ +namespace:|[{,] *namespace:/m.test(head)),
  fields: (isStaged) => [
    '  kubernetes:',
    `    namespace: ${isStaged ? '"{application}-{environment}"' : '"{application}"'}`,
    '    syncOptions: [CreateNamespace=true]',
  ],
  placeholder: `# No chart, kustomization or folder of manifests was found. One is announced like this:
#
#   apiVersion: fairlead.dev/v1alpha1
#   kind: Application
#   metadata: {name: shop}
#   spec:
#     path: shop
#     environments: [dev]
#     kubernetes: {namespace: shop, syncOptions: [CreateNamespace=true]}
`,
};

/** Kubernetes objects; kubeconfigs and the like also have an `apiVersion` and a `kind`, and no name. */
function isManifest(head: string): boolean {
  return (
    /^apiVersion: *["']?[\w./-]+["']? *$/m.test(head) &&
    /^kind: *["']?[A-Z]\w*["']? *$/m.test(head) &&
    /^metadata:/m.test(head) &&
    !/^apiVersion: *["']?[\w.]*fairlead\.dev\//m.test(head)
  );
}
