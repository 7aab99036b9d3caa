import { errorFromRecord, errorRecord } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';

/** Resources that one message names; the rest is counted. */
const mostNamed = 10;

/**
 * All that is wrong with the resources of one application, as one error with the code and the place of the first.
 * @param problems at least one.
 */
export function invalidTogether(problems: readonly FairleadError[]): FairleadError {
  const [first, ...more] = problems;
  if (first === undefined) throw new Error('nothing is wrong');
  if (more.length === 0) return first;
  const named = problems.slice(0, mostNamed).map(({ message }) => message);
  const rest = problems.length - named.length;
  const message = [...named, ...(rest === 0 ? [] : [`and ${rest} more`])].join('; ');
  return errorFromRecord({ ...errorRecord(first), message });
}
