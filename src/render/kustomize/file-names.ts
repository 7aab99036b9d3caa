/** Names that Kustomize tries in a folder, all of them each time. */
export const fileNames: readonly string[] = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
];
