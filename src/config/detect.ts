/** What a folder is called, in a sentence, that is clearly made for a tool. */
export const formatWords = {
  helm: 'Helm chart',
  kustomize: 'Kustomize overlay',
  compose: 'Compose project',
  opentofu: 'OpenTofu or Terraform module',
} as const;

/** What a folder is made for, told by the names of its files alone. */
export type FolderFormat = keyof typeof formatWords | 'plain' | 'other';

const markers: readonly (readonly [FolderFormat, RegExp])[] = [
  ['helm', /^Chart\.ya?ml$/],
  ['kustomize', /^(?:kustomization\.ya?ml|Kustomization)$/],
  ['compose', /^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/],
  ['opentofu', /\.(?:tf|tofu)(?:\.json)?$/],
  ['plain', /\.(?:ya?ml|json)$/],
];

/**
 * The format of a folder with these files; the first that fits in the order of the most telling marker.
 * Names as in each tool's documentation: Chart.yaml, kustomization.yaml, compose.yaml, *.tf.
 */
export function detectFormat(names: Iterable<string>): FolderFormat {
  const all = [...names].filter((name) => !name.startsWith('.'));
  const found = markers.find(([, marker]) => all.some((name) => marker.test(name)));
  return found?.[0] ?? 'other';
}
