import type { ChildOutcome } from './child.ts';
import { isCommitId } from './follow.ts';
import { gitFailure } from './git-failure.ts';

/** Runs Git in the repository at hand. */
type RunGit = (call: { readonly arguments: readonly string[] }) => Promise<ChildOutcome>;

/**
 * Files that differ between two commits, as paths from the root; a rename is one removed and one added. `null` when one of the
 * commits is not here. `exists` tells whether an object id is.
 */
export async function changedPaths(
  run: RunGit,
  exists: (commit: string) => Promise<boolean>,
  from: string,
  to: string,
  resource: string,
): Promise<readonly string[] | null> {
  if (!isCommitId(from) || !isCommitId(to)) return null;
  if (from === to) return (await exists(from)) ? [] : null;
  const [hasFrom, hasTo] = await Promise.all([exists(from), exists(to)]);
  if (!hasFrom || !hasTo) return null;
  const outcome = await run({
    arguments: [
      'diff-tree',
      '-r',
      '--name-only',
      '--no-renames',
      '--no-ext-diff',
      '-z',
      from,
      to,
      '--',
    ],
  });
  if (outcome.exitCode !== 0) {
    throw gitFailure(outcome, { doing: `compare ${from} with ${to}`, resource });
  }
  return outcome.stdout
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}
