/** One state of one source. */
export interface SourceRevision {
  /** Name of the `Source`; the empty name is the repository that holds the configuration. */
  readonly source: string;
  /** Commit SHA, 40 (or 64) hexadecimal digits. */
  readonly commit: string;
  /** OID of the commit's root tree. */
  readonly tree: string;
  /**
   * Of a checkout with changes that are not committed: the commit that they are on top of, empty where there is none yet.
   * `commit` stands for all of it then, and is in no history. Default: it is a commit like any other.
   */
  readonly worktreeOn?: string;
}

/** What was rendered: the ordered states of all sources that took part. The first one holds the application's path. */
export type Revision = readonly SourceRevision[];

/** A commit as tables show it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 8);
}

/** A state of a source as tables show it: `1a2b3c4d`, `worktree on 1a2b3c4d`. */
export function showSourceRevision({
  commit,
  worktreeOn,
}: Pick<SourceRevision, 'commit' | 'worktreeOn'>): string {
  if (worktreeOn === undefined) return shortCommit(commit);
  return worktreeOn === '' ? 'worktree' : `worktree on ${shortCommit(worktreeOn)}`;
}

/** The revision as tables show it: its first source's. */
export function showRevision(revision: Revision): string {
  const first = revision[0];
  return first === undefined ? 'none' : showSourceRevision(first);
}

/** The revision in a sentence: `commit 1a2b3c4d`, `the worktree, on top of 1a2b3c4d`. */
export function nameRevision(revision: Revision): string {
  const worktreeOn = revision[0]?.worktreeOn;
  if (worktreeOn === undefined) return `commit ${showRevision(revision)}`;
  return worktreeOn === '' ? 'the worktree' : `the worktree, on top of ${shortCommit(worktreeOn)}`;
}

/**
 * What of a revision is not as it was before, in a sentence: `commit 1a2b3c4d`, `commit 5e6f7a8b of values`. All of it, by its
 * first source, where nothing is known of before, or nothing has changed.
 */
export function nameNews(revision: Revision, before: Revision | null): string {
  const [first, ...others] = revision;
  const isNew = ({ source, commit }: SourceRevision): boolean =>
    before?.find((one) => one.source === source)?.commit !== commit;
  if (first === undefined || before === null || before.length === 0) return nameRevision(revision);
  const news = others.filter(isNew).map((one) => `${nameRevision([one])} of ${nameSource(one)}`);
  if (news.length === 0) return nameRevision(revision);
  return [...(isNew(first) ? [nameRevision([first])] : []), ...news].join(' and ');
}

function nameSource({ source }: SourceRevision): string {
  return source === '' ? 'the repository with the configuration' : source;
}

/** Whether both are of the same sources, in the same order, at the same commits. A commit says its tree. */
export function sameRevision(left: Revision, right: Revision): boolean {
  return (
    left.length === right.length &&
    left.every((item, at) => item.source === right[at]?.source && item.commit === right[at]?.commit)
  );
}
