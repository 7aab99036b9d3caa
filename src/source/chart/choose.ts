import { maxSatisfying, valid } from 'semver';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { referenceNotFound } from '../errors.ts';

/** The highest version within a range; one that is named exactly may be a pre-release. Fails with `source.reference-not-found`. */
export function chooseVersion(
  versions: readonly string[],
  range: string,
  resource: string,
): Result<string> {
  const usable = versions.filter((version) => valid(version) !== null);
  const exact = usable.find((version) => version === range || version === range.replace(/^v/, ''));
  const best = exact ?? maxSatisfying(usable, range);
  if (best !== null) return success(best);
  const known = usable.slice(0, 5).join(', ');
  const message = `${resource} has no version ${range}${known === '' ? '' : ` (it has ${known}${usable.length > 5 ? ' …' : ''})`}`;
  return failure(referenceNotFound({ message, resource }));
}
