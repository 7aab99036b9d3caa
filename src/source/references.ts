import { sha256 } from '../system/hasher.ts';
import { isCommitId } from './follow.ts';

/**
 * Names of references in a mirror. All are under `refs/fairlead/`, one level below their kind: a branch `a` that became
 * `a/b` must not block a fetch, and a name of the remote never meets one of ours.
 */

/** Where the state of a remote reference (`refs/heads/main`, `HEAD`, a commit id) was fetched to. */
export function fetchedReference(remote: string): string {
  if (isCommitId(remote)) return `refs/fairlead/commits/${remote}`;
  return `refs/fairlead/remote/${flat(remote)}`;
}

/** The last accepted commit of a source. */
export function acceptedReference(sourceKey: string): string {
  return `refs/fairlead/accepted/${sourceKey}`;
}

/** A tip of a source that waits for a person. */
export function heldReference(sourceKey: string): string {
  return `refs/fairlead/held/${sourceKey}`;
}

/** A commit that was accepted once and is no ancestor of what came after. */
export function keptReference(commit: string): string {
  return `refs/fairlead/kept/${commit}`;
}

/** Patterns of all that was ever accepted. */
export const acceptedReferences = ['refs/fairlead/accepted', 'refs/fairlead/kept'];

/** A source's name as one part of a reference or file name; the configuration's own repository has the empty name. */
export function sourceKey(name: string): string {
  return name === '' ? '@' : flat(name);
}

function flat(name: string): string {
  const encoded = encodeURIComponent(name)
    .replaceAll('.', '%2E')
    .replaceAll('*', '%2A')
    .replaceAll('~', '%7E');
  // A part of a path takes 255 bytes, and Git adds `.lock`.
  return encoded.length <= 200 ? encoded : `${encoded.slice(0, 120)}-${sha256(name)}`;
}
