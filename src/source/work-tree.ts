import { copyFile, mkdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, success, type Result } from '../model/result.ts';
import type { GitSetting } from './git-environment.ts';
import type { Git } from './git.ts';
import { gitFailure } from './git-failure.ts';

interface WorkTreeOptions {
  readonly gitDirectory: string;
  readonly objectDirectory: string;
  readonly indexFile: string;
  readonly topDirectory: string;
  /** An empty folder of ours. */
  readonly temporary: string;
}

/** A commit that stands for the checkout as it is. */
interface WorkTreeSnapshot {
  /** `HEAD`'s where nothing is changed; else one that exists in the temporary store only, the same for the same content. */
  readonly commit: string;
  readonly tree: string;
}

/** Makes commits of a checkout with its uncommitted changes, without touching its index, objects or references. */
export interface WorkTreeSnapshots {
  /** What Git needs to see the temporary objects, too. */
  readonly variables: Readonly<Record<string, string>>;
  take(head: WorkTreeSnapshot | null, signal?: AbortSignal): Promise<Result<WorkTreeSnapshot>>;
}

/** Prepares `temporary` for the objects. @throws file system errors */
export async function createWorkTreeSnapshots(
  git: Git,
  options: WorkTreeOptions,
): Promise<WorkTreeSnapshots> {
  const { gitDirectory, topDirectory, temporary } = options;
  const objects = join(temporary, 'objects');
  const index = join(temporary, 'index');
  await mkdir(objects, { recursive: true });
  const variables = {
    GIT_OBJECT_DIRECTORY: objects,
    // Quoted as C does: a path may hold a colon, which separates.
    GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(options.objectDirectory),
  };

  return {
    variables,
    async take(head, signal) {
      await copyIndex(options.indexFile, index);
      let settings: readonly GitSetting[] = [['core.splitIndex', 'false']];
      const run = (parts: readonly string[], more: Readonly<Record<string, string>> = {}) =>
        git.run({
          arguments: parts,
          repository: gitDirectory,
          directory: topDirectory,
          variables: {
            ...variables,
            GIT_INDEX_FILE: index,
            GIT_WORK_TREE: topDirectory,
            ...more,
          },
          settings,
          timeoutMs: 120_000,
          signal,
        });
      const failed = (outcome: Awaited<ReturnType<typeof run>>): Result<never> =>
        failure(
          gitFailure(outcome, {
            doing: `read the changes in ${topDirectory}`,
            resource: topDirectory,
          }),
        );

      const filters = await run(['config', '--name-only', '-z', '--get-regexp', '^filter\\.']);
      settings = [...settings, ...withoutFilters(filters.stdout.toString('utf8'))];
      const added = await run(['add', '--all', '--', '.']);
      if (added.exitCode !== 0) return failed(added);
      const written = await run(['write-tree']);
      if (written.exitCode !== 0) return failed(written);
      const tree = written.stdout.toString('utf8').trim();
      if (head !== null && tree === head.tree) return success({ commit: head.commit, tree });
      // No time and nobody's name: the same content is the same commit.
      const committed = await run(
        [
          'commit-tree',
          tree,
          ...(head === null ? [] : ['-p', head.commit]),
          '-m',
          'Uncommitted changes',
        ],
        identity,
      );
      if (committed.exitCode !== 0) return failed(committed);
      return success({ commit: committed.stdout.toString('utf8').trim(), tree });
    },
  };
}

const identity = {
  GIT_AUTHOR_NAME: 'Work tree',
  GIT_AUTHOR_EMAIL: 'worktree@localhost',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'Work tree',
  GIT_COMMITTER_EMAIL: 'worktree@localhost',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/** Content filters are programs that the repository's configuration names: none is run. */
function withoutFilters(names: string): readonly GitSetting[] {
  return names
    .split('\0')
    .filter((name) => name !== '')
    .map((name) => [name, /\.required$/i.test(name) ? 'false' : '']);
}

/**
 * Starts from the user's index, so that unchanged files need not be read again. Its time is set back to the full second:
 * Git reads files again that changed no earlier than the index was written, and the copy must not look newer.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const facts = await stat(from).catch(() => null);
  if (facts === null) return;
  await copyFile(from, to);
  const second = Math.floor(facts.mtimeMs / 1_000);
  await utimes(to, second, second);
}
