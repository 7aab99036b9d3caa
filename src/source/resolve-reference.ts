import type { SourceConfig } from '../model/config.ts';
import { failure, success, type Result } from '../model/result.ts';
import { wasAccepted } from './acceptance.ts';
import { referenceNotFound, signatureUntrusted } from './errors.ts';
import { fileFailure } from './files.ts';
import {
  branchReference,
  fewestDigits,
  isAbbreviation,
  isCommitId,
  isReferenceName,
  splitAncestry,
  tagReference,
} from './follow.ts';
import type { Mirror } from './mirror.ts';
import { fetchedReference } from './references.ts';
import type { AcceptedTip } from './source-state.ts';

interface Found {
  readonly commit: string;
  readonly tree: string;
}

/**
 * Finds a commit, branch or tag in a mirror for a source that has accepted a tip, without network. Where signatures are
 * demanded, only what was accepted, or comes before it, is found.
 */
export async function resolveReference(
  mirror: Mirror,
  config: SourceConfig,
  accepted: AcceptedTip | null,
  reference: string,
): Promise<Result<Found>> {
  const missing = (): Result<never> =>
    failure(
      referenceNotFound({
        message: `${JSON.stringify(reference)} is not in the mirror of ${config.url}`,
        resource: config.url,
        hint: `Give a commit of its history (${fewestDigits} digits of it at least), or the name of the branch or tag that is followed.`,
      }),
    );
  // A source that never could fetch with its own credentials sees nothing of what others fetched from the URL.
  if (accepted === null) return missing();
  const { name: base, way } = splitAncestry(reference);
  const references = isReferenceName(base) ? [branchReference(base), tagReference(base), base] : [];
  // What is followed is where it was accepted, not where a held tip has moved it.
  const isFollowed = references.includes(accepted.reference);
  if (isFollowed && way === '') return success(accepted);
  const candidates = isFollowed
    ? [accepted.commit]
    : [
        ...(isCommitId(base) ? [base] : []),
        ...references.map(fetchedReference),
        ...(isAbbreviation(base) ? [base] : []),
      ];
  try {
    for (const name of candidates) {
      const found = await mirror.commit(`${name}${way}`);
      if (found === null) continue;
      if (config.verify === null || (await wasAccepted(mirror, found.commit))) {
        return success(found);
      }
      const message = `commit ${found.commit} is not in the history that was verified and accepted`;
      return failure(signatureUntrusted({ message, resource: config.url }));
    }
  } catch (error) {
    return failure(fileFailure(error, `read ${reference}`, mirror.directory));
  }
  return missing();
}
