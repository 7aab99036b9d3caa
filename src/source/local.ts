import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceConfig } from '../model/config.ts';
import { failure, success, type Result } from '../model/result.ts';
import type { SourceRevision } from '../model/revision.ts';
import type { Clock } from '../system/clock.ts';
import { changedPaths } from './changed-paths.ts';
import { empty, notAWorkTree, nothingHeld, referenceNotFound } from './errors.ts';
import { fileFailure } from './files.ts';
import {
  fewestDigits,
  isAbbreviation,
  isCommitId,
  isReferenceName,
  splitAncestry,
} from './follow.ts';
import type { Git } from './git.ts';
import { gitFailure } from './git-failure.ts';
import { createObjectReader } from './object-reader.ts';
import type { Source, SourceStatus } from './source.ts';
import { createTree } from './tree.ts';
import { TreeCache } from './tree-cache.ts';
import { createWorkTreeSnapshots, type WorkTreeSnapshots } from './work-tree.ts';

interface LocalSourceOptions {
  readonly git: Git;
  readonly clock: Clock;
  /** A folder in a checkout, a linked work tree or a bare repository. Absolute. */
  readonly directory: string;
  /** Include changes that are not committed, and new files that are not ignored. */
  readonly worktree: boolean;
  /** Name of the source. Default empty: the repository that holds the configuration. */
  readonly name?: string | undefined;
}

/** A source over the repository that a folder is in: what `plan` and `sync` read where there is no server. */
export interface LocalSource extends Source, AsyncDisposable {
  /** The folder's path within the tree, without slashes at its ends; empty at the top. */
  readonly prefix: string;
  /** Top folder of the checkout; `null` for a bare repository. */
  readonly topDirectory: string | null;
  /** Whether the revision that `fetch` gave last holds changes that are not committed. */
  uncommitted(): boolean;
  close(): Promise<void>;
}

/**
 * Opens the repository that `directory` is in. Nothing is written to it, ever: uncommitted changes are put into a temporary
 * index and object store.
 *
 * @throws FairleadError `source.not-a-checkout`, `source.ownership-doubtful`.
 */
export async function openLocalSource(options: LocalSourceOptions): Promise<LocalSource> {
  const { git, clock, directory, worktree, name = '' } = options;
  const place = await locate(git, directory);
  if (worktree && place.topDirectory === null) {
    throw notAWorkTree({
      message: `${directory} is in a bare repository, which has no uncommitted changes`,
      resource: directory,
      hint: 'Leave --worktree out, or run it in a checkout.',
    });
  }
  const cache = new TreeCache();
  let snapshots: WorkTreeSnapshots | null = null;
  let temporary: string | null = null;
  let variables: Readonly<Record<string, string>> = {};
  if (worktree && place.topDirectory !== null) {
    temporary = await mkdtemp(join(tmpdir(), 'fairlead-worktree-'));
    snapshots = await createWorkTreeSnapshots(git, {
      ...place,
      topDirectory: place.topDirectory,
      temporary,
    });
    variables = snapshots.variables;
  }
  const reader = createObjectReader(git, { repository: place.gitDirectory, variables }, { clock });
  const resource = directory;
  let current: SourceRevision | null = null;
  let uncommitted = false;
  let lastSuccessAtMs: number | null = null;
  let failing: SourceStatus['failing'] = null;

  const find = async (commitish: string): Promise<SourceRevision | null> => {
    const [commit, tree] = await Promise.all([
      reader.info(`${commitish}^{commit}`),
      reader.info(`${commitish}^{tree}`),
    ]);
    return commit === null || tree === null
      ? null
      : { source: name, commit: commit.oid, tree: tree.oid };
  };

  const read = async (signal: AbortSignal | undefined): Promise<Result<SourceRevision>> => {
    const head = await find('HEAD');
    if (snapshots === null) {
      if (head !== null) return success(head);
      return failure(
        empty({
          message: `${directory} has no commit yet`,
          resource,
          hint: 'Commit something first, or use --worktree.',
        }),
      );
    }
    const snapshot = await snapshots.take(head, signal);
    if (!snapshot.ok) return snapshot;
    uncommitted = snapshot.value.commit !== head?.commit;
    const worktreeOn = uncommitted ? { worktreeOn: head?.commit ?? '' } : {};
    return success({ source: name, ...snapshot.value, ...worktreeOn });
  };

  const close = async (): Promise<void> => {
    await reader.close();
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  };

  return {
    name,
    config: configOf(name, place.topDirectory ?? place.gitDirectory),
    prefix: place.prefix,
    topDirectory: place.topDirectory,
    uncommitted: () => uncommitted,
    async fetch(signal) {
      const result = await read(signal).catch((error: unknown) =>
        failure(fileFailure(error, `read ${directory}`, resource)),
      );
      if (result.ok) {
        current = result.value;
        lastSuccessAtMs = clock.nowMs();
        failing = null;
      } else {
        const { code, message, hint } = result.error;
        failing = { sinceMs: failing?.sinceMs ?? clock.nowMs(), code, message, hint };
      }
      return result;
    },
    status: () => ({ current, lastSuccessAtMs, failing, held: null }),
    async resolve(reference) {
      const { name: base, way } = splitAncestry(reference);
      const candidates = [
        ...(isCommitId(base) || base === 'HEAD' ? [base] : []),
        ...(isReferenceName(base)
          ? ['refs/heads/', 'refs/tags/', 'refs/remotes/'].map((kind) => `${kind}${base}`)
          : []),
        ...(isAbbreviation(base) ? [base] : []),
      ];
      for (const candidate of candidates) {
        const found = await find(`${candidate}${way}`);
        if (found !== null) return success(found);
      }
      const message = `${JSON.stringify(reference)} is no commit, branch or tag of ${directory}`;
      const hint = `Give a commit of its history (${fewestDigits} digits of it at least), or the name of a branch or tag; what was released from uncommitted changes is not in Git.`;
      return failure(referenceNotFound({ message, resource, hint }));
    },
    tree: (revision) => createTree({ reader: () => reader, cache, resource }, revision.tree),
    changedPaths: (from, to) =>
      changedPaths(
        (call) => git.run({ ...call, repository: place.gitDirectory, variables }),
        async (commit) => (await reader.info(`${commit}^{commit}`)) !== null,
        from,
        to,
        resource,
      ),
    confirm: (commit) =>
      Promise.resolve(
        failure(
          nothingHeld({ message: `${commit} is not held: a checkout holds nothing`, resource }),
        ),
      ),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Where a repository keeps things, seen from a folder in it. */
interface LocalPlace {
  readonly gitDirectory: string;
  readonly objectDirectory: string;
  readonly indexFile: string;
  readonly topDirectory: string | null;
  readonly prefix: string;
}

async function locate(git: Git, directory: string): Promise<LocalPlace> {
  const facts = await stat(directory).catch(() => null);
  if (facts?.isDirectory() !== true) {
    throw notAWorkTree({ message: `${directory} is no folder`, resource: directory });
  }
  const ask = async (what: readonly string[]): Promise<readonly string[]> => {
    const outcome = await git.run({
      arguments: ['rev-parse', '--path-format=absolute', ...what],
      directory,
    });
    if (outcome.exitCode === 0) return outcome.stdout.toString('utf8').split('\n');
    if (/not a git repository/i.test(outcome.stderr)) {
      throw notAWorkTree({
        message: `${directory} is not in a Git repository`,
        resource: directory,
      });
    }
    throw gitFailure(outcome, { doing: `read ${directory}`, resource: directory });
  };
  const [gitDirectory = '', objectDirectory = '', indexFile = '', inWorkTree] = await ask([
    '--git-dir',
    '--git-path',
    'objects',
    '--git-path',
    'index',
    '--is-inside-work-tree',
  ]);
  const place = { gitDirectory, objectDirectory, indexFile };
  if (inWorkTree !== 'true') return { ...place, topDirectory: null, prefix: '' };
  const [topDirectory = '', prefix = ''] = await ask(['--show-toplevel', '--show-prefix']);
  return { ...place, topDirectory, prefix: prefix.replace(/\/$/, '') };
}

function configOf(name: string, url: string): SourceConfig {
  return {
    name,
    url,
    follow: { kind: 'branch', name: 'HEAD' },
    intervalMs: 60_000,
    allowForcedPush: true,
    auth: null,
    verify: null,
    timeoutMs: 60_000,
    origin: { file: '' },
  };
}
