/** One state of one source. */
export interface SourceRevision {
  /** Name of the `Source`; the empty name is the repository that holds the configuration. */
  readonly source: string;
  /** Commit SHA, 40 (or 64) hexadecimal digits. */
  readonly commit: string;
  /** OID of the commit's root tree. */
  readonly tree: string;
}

/** What was rendered: the ordered states of all sources that took part. The first one holds the application's path. */
export type Revision = readonly SourceRevision[];

/** A commit as tables show it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 8);
}

/** The revision in one word: the first source's short commit. */
export function showRevision(revision: Revision): string {
  const first = revision[0];
  return first === undefined ? 'none' : shortCommit(first.commit);
}

export function sameRevision(left: Revision, right: Revision): boolean {
  return (
    left.length === right.length &&
    left.every((item, at) => item.source === right[at]?.source && item.commit === right[at]?.commit)
  );
}
