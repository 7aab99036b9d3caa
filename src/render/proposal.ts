/** A file of a repository that is looked at: its path in it, and the beginning of its text where that was read. */
export interface FileHead {
  readonly path: string;
  readonly head?: string;
}

/** What files beside an application say of how it is configured. */
export interface ProposedFields {
  /** Environments that they name. */
  readonly environments: readonly string[];
  /** Lines of the `spec` of its document, indented by two. */
  readonly lines: readonly string[];
}

/** What `fairlead init` asks about folders of a format, to propose applications. */
export interface RenderProposal {
  /** Driver of the targets that what is rendered goes to. */
  readonly driver: string;
  /** Whether it is nothing by itself: a library, a component. */
  readonly isPart: (members: readonly FileHead[]) => boolean;
  /** Whether its objects say which namespace they belong to. */
  readonly namesNamespace: (members: readonly FileHead[]) => boolean;
  /** Paths of files and folders that it builds on, from its own folder on. Default: none. */
  readonly buildsOn?: (members: readonly FileHead[]) => readonly string[];
  /**
   * How it is configured by files of the repository, for the environments of these names; `null`: not by any.
   * @param path of its folder, with `{environment}`
   */
  readonly fields?: (
    path: string,
    files: readonly FileHead[],
    environments: readonly string[],
  ) => ProposedFields | null;
}

/** The name of a file without its folders. */
export function nameOf({ path }: FileHead): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
