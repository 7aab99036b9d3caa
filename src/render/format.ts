/** What a folder is made for, told by the names of its files alone. */
export interface FolderFormat {
  readonly name: string;
  /** In a sentence, with its article: `a Helm chart`. */
  readonly words: string;
  /** Whether a file of this name, as each tool's documentation has it, makes a folder one of them. */
  readonly marks: (file: string) => boolean;
}

/** Formats that Fairlead is going to have; named in sentences so that nobody takes their files for manifests. */
export const plannedFormats: readonly FolderFormat[] = [
  {
    name: 'compose',
    words: 'a Compose project',
    marks: (file) => /^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/.test(file),
  },
  {
    name: 'opentofu',
    words: 'an OpenTofu or Terraform module',
    marks: (file) => /\.(?:tf|tofu)(?:\.json)?$/.test(file),
  },
];
