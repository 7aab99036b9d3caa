import type { SourceConfig } from '../model/config.ts';
import type { FairleadError } from '../model/error.ts';
import { failure, success, type Result } from '../model/result.ts';
import { shortCommit } from '../model/revision.ts';
import { gitFailed, nonDescendant } from './errors.ts';
import { isUpgrade, showFollow, type Tip } from './follow.ts';
import type { Git } from './git.ts';
import type { Mirror } from './mirror.ts';
import { acceptedReferences } from './references.ts';
import type { AcceptedTip } from './source-state.ts';
import { verifyCommits } from './verify.ts';

/** What is said about a tip that was fetched. */
type Verdict =
  | {
      readonly kind: 'accept';
      /** Whether it comes after what was accepted before. */ readonly descends: boolean;
    }
  /** It comes before what was accepted, because that came in a bundle and this did not, or the other way round. */
  | { readonly kind: 'older' }
  /** A person must look at it. */
  | { readonly kind: 'hold'; readonly error: FairleadError };

/**
 * Decides whether a tip may be served.
 *
 * - It must descend from what was accepted before, unless something else is followed now, a semver range moved to a
 *   higher version, or `allowForcedPush`. One that comes before it is simply older where a bundle is on either side: the
 *   place that the commits were carried from is ahead of the remote. Where the remote itself went back, it is held.
 * - With `verify`, every commit after the last accepted one must be signed by a trusted key; the first time the tip.
 */
export async function judge(
  git: Git,
  mirror: Mirror,
  config: SourceConfig,
  accepted: AcceptedTip | null,
  tip: Tip,
  via: 'remote' | 'bundle',
  signal: AbortSignal,
): Promise<Result<Verdict>> {
  const sameWish = accepted !== null && accepted.follow === showFollow(config.follow);
  const before = sameWish ? accepted : null;
  let descends = before === null;
  if (before !== null) {
    const ancestry = await isAncestor(mirror, before.commit, tip.commit, signal);
    if (!ancestry.ok) return ancestry;
    descends = ancestry.value;
    const free = config.allowForcedPush || isUpgrade(before.reference, tip.reference);
    if (!descends && !free && (via === 'bundle' || before.imported === true)) {
      const older = await isAncestor(mirror, tip.commit, before.commit, signal);
      if (!older.ok) return older;
      if (older.value) return success({ kind: 'older' });
    }
    if (!descends && !free) {
      const message =
        `${tip.reference} moved to ${shortCommit(tip.commit)}, ` +
        `which does not descend from the accepted ${shortCommit(before.commit)}`;
      return success({
        kind: 'hold',
        error: nonDescendant({ message, resource: mirror.remote.url }),
      });
    }
  }
  if (config.verify === null) return success({ kind: 'accept', descends });
  const since =
    before !== null && before.verified && (await mirror.commit(before.commit)) !== null
      ? before.commit
      : null;
  const verified = await verifyCommits(git, mirror, config.verify, since, tip.commit, signal);
  if (!verified.ok) return verified;
  return success(
    verified.value === null
      ? { kind: 'accept', descends }
      : { kind: 'hold', error: verified.value },
  );
}

/** Whether a commit is an ancestor of another (or the same); no, when it is not in the mirror. */
async function isAncestor(
  mirror: Mirror,
  ancestor: string,
  commit: string,
  signal: AbortSignal,
): Promise<Result<boolean>> {
  if (ancestor === commit) return success(true);
  if ((await mirror.commit(ancestor)) === null) return success(false);
  const outcome = await mirror.git({
    arguments: ['merge-base', '--is-ancestor', ancestor, commit],
    signal,
  });
  if (outcome.ended === 'exited' && (outcome.exitCode === 0 || outcome.exitCode === 1)) {
    return success(outcome.exitCode === 0);
  }
  const message = `cannot compare ${ancestor} with ${commit}: ${outcome.stderr.trim()}`;
  return failure(gitFailed({ message, resource: mirror.remote.url }));
}

/** Whether a commit is one that some source of the mirror accepted, or comes before one. */
export async function wasAccepted(mirror: Mirror, commit: string): Promise<boolean> {
  const outcome = await mirror.git({
    arguments: ['for-each-ref', '--count=1', `--contains=${commit}`, ...acceptedReferences],
  });
  return outcome.exitCode === 0 && outcome.stdout.length > 0;
}
