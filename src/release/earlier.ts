import type { Release } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';

/**
 * The release that a rollback goes to by itself: the newest that ended well in another state than the last one that
 * acted at the target. So it leads away from one that failed, and from one that was reverted already to what was
 * before it. After a rollback it leads further back: to what was before the release that was gone back to.
 *
 * @param history releases of one application in one environment, newest first.
 */
export function earlierRelease(history: readonly Release[]): Release | null {
  const at = history.findIndex(
    (one) => one.revision.length > 0 && one.outcome !== 'refused' && one.outcome !== 'reverted',
  );
  const current = history[at];
  if (current === undefined) return null;
  const earlier = history.slice(firstOf(history, at, current) + 1).find(
    (one) =>
      one.outcome === 'succeeded' &&
      one.revision.length > 0 &&
      // What was never committed cannot be had again.
      one.revision.every(({ worktreeOn }) => worktreeOn === undefined) &&
      !sameState(one, current),
  );
  return earlier ?? null;
}

/** Where the present state came from: of a rollback the release that it went back to. */
function firstOf(history: readonly Release[], at: number, current: Release): number {
  const isHere = (one: Release): boolean => sameState(one, current);
  const left = history.findIndex(
    (one, index) => index > at && !isHere(one) && one.revision.length > 0,
  );
  const stay = history.slice(at, left < 0 ? history.length : left);
  if (left < 0 || !stay.some(({ trigger }) => trigger === 'rollback')) return at;
  const origin = history.findIndex(
    (one, index) => index > left && one.outcome === 'succeeded' && isHere(one),
  );
  // Gone back to what was never released: what lies before that, nobody knows.
  return origin < 0 ? history.length : firstOf(history, origin, current);
}

/**
 * Whether the files are the same; commits of the same tree deploy the same, unless the configuration, which is not in
 * them, made something else of it.
 */
function sameState(left: Release, right: Release): boolean {
  return (
    sameFiles(left.revision, right.revision) &&
    (left.configuration === right.configuration || wanted(left) === wanted(right))
  );
}

function sameFiles(left: Revision, right: Revision): boolean {
  return (
    left.length === right.length &&
    left.every((item, at) => item.source === right[at]?.source && item.tree === right[at]?.tree)
  );
}

function wanted({ plan }: Release): string {
  return plan.plans.map(({ target, desiredDigest }) => `${target} ${desiredDigest}`).join();
}
