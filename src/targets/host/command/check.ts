import { FairleadError } from '../../../model/error.ts';
import { checkFailed, startFailed } from '../errors.ts';
import { call, describeEnd, quoteOutput } from './call.ts';
import type { CallDependencies, CommandPayload, Surroundings } from './call.ts';
import type { ProgramEnd } from './program.ts';

/** What shells answer for a program that is not there, or may not be run. */
const shellsNo: readonly number[] = [126, 127];

/** What a check says. */
interface CheckAnswer {
  readonly passed: boolean;
  readonly end: ProgramEnd;
}

/**
 * Runs a check.
 * @throws FairleadError `host.check-unusable` where it gives no answer: not started, killed, too slow.
 */
export async function runCheck(
  dependencies: CallDependencies,
  check: readonly string[],
  surroundings: Surroundings,
  { checkTimeoutMs }: Pick<CommandPayload, 'checkTimeoutMs'>,
  signal: AbortSignal | undefined,
  resource: string,
): Promise<CheckAnswer> {
  const options = { timeoutMs: checkTimeoutMs, signal, env: {} };
  let end: ProgramEnd;
  try {
    end = await call(dependencies, check, surroundings, options, resource);
  } catch (thrown) {
    if (!isStartFailed(thrown)) throw thrown;
    throw unusable(thrown.message, resource, thrown);
  }
  if (end.kind === 'exited') return { passed: end.code === 0, end };
  signal?.throwIfAborted();
  throw unusable(
    `the check of ${resource} ${describeEnd(end, checkTimeoutMs)}${quoteOutput(end)}`,
    resource,
  );
}

/**
 * As `runCheck`, where something is about to be done on its word: a shell that did not find the program that it was told
 * is no answer either.
 */
export async function runCheckStrictly(
  ...[dependencies, check, surroundings, payload, signal, resource]: Parameters<typeof runCheck>
): Promise<CheckAnswer> {
  const answer = await runCheck(dependencies, check, surroundings, payload, signal, resource);
  const { end } = answer;
  if (end.kind !== 'exited' || !shellsNo.includes(end.code)) return answer;
  throw unusable(
    `the check of ${resource} ended with code ${end.code}: its program was not found, or may not be run${quoteOutput(end)}`,
    resource,
  );
}

/** Whether the program could not even be started: its folder or file is missing, or may not be run. */
export function isStartFailed(thrown: unknown): thrown is FairleadError {
  return thrown instanceof FairleadError && thrown.code === startFailed.definition.code;
}

function unusable(message: string, resource: string, cause?: unknown): FairleadError {
  return checkFailed({ message, resource, cause });
}
