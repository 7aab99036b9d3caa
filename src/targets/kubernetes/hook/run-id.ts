import type { KubeObject } from '../client/object.ts';
import { managedLabel } from '../names.ts';

/** Stands for the UID of a hook that had no reason to run. */
export const notRun = 'not-run';

/** Whether the record says that a hook has run and ended well. */
export function hasRun(uid: string | null): boolean {
  return uid !== null && uid !== notRun;
}

/** Tells of an object which run of a hook it is: the digest of what was wanted. */
export const runAnnotation = 'fairlead.dev/run';

/** Whether an object is a run of what has this digest. */
export function isRunOf({ metadata }: KubeObject, digest: string): boolean {
  const isOurs = metadata.labels?.[managedLabel] === 'true';
  return isOurs && metadata.annotations?.[runAnnotation] === digest;
}

/**
 * Whether an object is a run of ours: of this very wish, or an earlier one of something that is on our record. Labels alone
 * say nothing of who owns it.
 */
export function isOwnRun(object: KubeObject, digest: string, isOwned: boolean): boolean {
  const { labels, annotations } = object.metadata;
  if (isRunOf(object, digest)) return true;
  return isOwned && labels?.[managedLabel] === 'true' && annotations?.[runAnnotation] !== undefined;
}
