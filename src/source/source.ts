import type { SourceConfig } from '../model/config.ts';
import type { Result } from '../model/result.ts';
import type { SourceRevision } from '../model/revision.ts';

/** One member of a folder in a tree. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'submodule';
  /** Object id: equal ids mean equal content, for folders too. */
  readonly oid: string;
  /** Whether a file carries the executable bit. */
  readonly executable: boolean;
}

/**
 * A read-only folder tree of one commit, read from Git objects, never from a checkout. Paths are relative to the
 * root, `/`-separated, without leading slash, `.` or `..`; the empty path is the root.
 *
 * A path that leaves the tree, or a symlink that does, is `source.path-escape`; a submodule `source.submodule`;
 * an LFS pointer `source.lfs-pointer`. Symlinks inside the tree are followed.
 */
export interface Tree {
  /** Members of a folder in Git's order; `null` when there is no such folder. */
  list(path: string): Promise<readonly TreeEntry[] | null>;
  /** Content of a file; `null` when there is none. @throws FairleadError `source.file-too-large` beyond `maxBytes` (default 10 MiB). */
  read(path: string, maxBytes?: number): Promise<Uint8Array | null>;
  /** Object id of a file or folder; `null` when there is none. */
  oid(path: string): Promise<string | null>;
  /** Where a file or folder is once symbolic links are followed; `null` when there is none. */
  realPath(path: string): Promise<string | null>;
}

/** How a source is doing; what `get sources` shows. */
export interface SourceStatus {
  /** The revision that is served: the last accepted one, also while the source cannot be reached. */
  readonly current: SourceRevision | null;
  /** When the remote answered last, wall clock; `null`: never yet. */
  readonly lastSuccessAtMs: number | null;
  /** Since when it cannot be reached, and why; `null` while it can. */
  readonly failing: {
    readonly sinceMs: number;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  } | null;
  /** A tip that is not taken until a person confirms: it does not descend from `current`, or its signature failed. */
  readonly held: { readonly commit: string; readonly reason: string } | null;
  /** What was seen last is older than `current`, which came in a bundle or stands against one. Default: it is not. */
  readonly behind?: { readonly commit: string; readonly reason: string };
}

/** One followed repository. Never throws for what the outside world does: failures are values. */
export interface Source {
  readonly name: string;
  readonly config: SourceConfig;
  /**
   * Asks the remote whether the followed reference moved, fetches what is new and accepts it if allowed.
   * Gives the current revision, or why there is none newer (the last good one is still served).
   */
  fetch(signal?: AbortSignal): Promise<Result<SourceRevision>>;
  /** As it was left by the last `fetch`; asks nobody. */
  status(): SourceStatus;
  /** Resolves a commit, branch or tag name within the mirror, without network. */
  resolve(reference: string): Promise<Result<SourceRevision>>;
  /** Reads what is asked for when it is asked for. The revision has to be one that this source gave. */
  tree(revision: SourceRevision): Tree;
  /** Paths (files) that differ between two commits; `null` when one of them is not in the mirror. */
  changedPaths(from: string, to: string): Promise<readonly string[] | null>;
  /** Accepts a held tip. `commit` must be the one that was shown. */
  confirm(commit: string, by: string): Promise<Result<SourceRevision>>;
  /**
   * Takes commits from a `git bundle` file (absolute path) as if they had been fetched; the same rules decide what is
   * accepted. Absent where commits come another way.
   */
  importBundle?(path: string, signal?: AbortSignal): Promise<Result<SourceRevision>>;
}
