import type { ErrorClass, FairleadError } from '../model/error.ts';

/** Every code that a command can end with; scripts may rely on them. */
export const exitCodes = {
  ok: 0,
  error: 1,
  changes: 2,
  degraded: 3,
  notAuthorised: 4,
  notFound: 5,
  conflict: 6,
  refused: 7,
  timeout: 124,
  interrupted: 130,
} as const;

/** One of `exitCodes`. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code says; shown by `fairlead help exit-codes` and in the reference. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'It worked. Also: `up` was asked to end by SIGTERM.',
  1: 'It failed, or the command line was wrong.',
  2: 'There are changes (`plan` and `diff`, and only with --exit-code).',
  3: 'It was carried out, but something is not healthy, failed or was reverted, or waits for another application that is not.',
  4: 'You may not: another user owns the controller or the files, or a source or target refused the credentials.',
  5: 'What you named is not there.',
  6: 'Somebody else holds or changed it: plan again, or wait for the other one.',
  7: 'Policy or a hold refuses it, or a person has to agree first; the message names the command.',
  124: 'It took longer than --timeout.',
  130: 'Interrupted by Ctrl-C or SIGTERM.',
};

const byClass: Readonly<Record<ErrorClass, ExitCode>> = {
  input: exitCodes.error,
  denied: exitCodes.refused,
  conflict: exitCodes.conflict,
  transient: exitCodes.error,
  bug: exitCodes.error,
  'unknown-outcome': exitCodes.error,
};

/** Errors whose code says more than their class does. Every one must exist: a test looks them up. */
export const exitCodeByCode: Readonly<Record<string, ExitCode>> = {
  'cli.timeout': exitCodes.timeout,
  'cli.interrupted': exitCodes.interrupted,
  'release.awaits-dependency': exitCodes.degraded,
  'control.not-permitted': exitCodes.notAuthorised,
  'state.not-permitted': exitCodes.notAuthorised,
  'store.read-only': exitCodes.notAuthorised,
  'host.permission': exitCodes.notAuthorised,
  'kubernetes.unauthorized': exitCodes.notAuthorised,
  'kubernetes.forbidden': exitCodes.notAuthorised,
  'source.ownership-doubtful': exitCodes.notAuthorised,
  'source.auth-required': exitCodes.notAuthorised,
  'source.key-unusable': exitCodes.notAuthorised,
  'cli.reference-not-found': exitCodes.notFound,
  'source.reference-not-found': exitCodes.notFound,
  'source.unknown': exitCodes.notFound,
};

/** The code that a command ends with when it fails with `error`. */
export function exitCodeOf(error: Pick<FairleadError, 'code' | 'class'>): ExitCode {
  const exact = exitCodeByCode[error.code];
  if (exact !== undefined) return exact;
  return error.code.endsWith('.not-found') ? exitCodes.notFound : byClass[error.class];
}
