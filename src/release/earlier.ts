import type { Release } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';

/**
 * The release that a rollback goes to by itself: the newest that ended well in another state than the last one that
 * acted at the target. So it leads away from one that failed, and from one that was reverted already to what was
 * before it.
 *
 * @param history releases of one application in one environment, newest first.
 */
export function earlierRelease(history: readonly Release[]): Release | null {
  const at = history.findIndex(
    (one) => one.revision.length > 0 && one.outcome !== 'refused' && one.outcome !== 'reverted',
  );
  const current = history[at];
  if (current === undefined) return null;
  const earlier = history
    .slice(at + 1)
    .find(
      (one) =>
        one.outcome === 'succeeded' &&
        one.revision.length > 0 &&
        !sameState(one.revision, current.revision),
    );
  return earlier ?? null;
}

/** Whether the files are the same; commits of the same tree deploy the same. */
function sameState(left: Revision, right: Revision): boolean {
  return (
    left.length === right.length &&
    left.every((item, at) => item.source === right[at]?.source && item.tree === right[at]?.tree)
  );
}
