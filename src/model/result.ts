import type { FairleadError } from './error.ts';

/** The outcome of something that is expected to fail now and then; failures are values, not exceptions. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: FairleadError };

/** An outcome that is as it should be. */
export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** An outcome that is an error, given instead of thrown. */
export function failure(error: FairleadError): {
  readonly ok: false;
  readonly error: FairleadError;
} {
  return { ok: false, error };
}

/** The value, or throws the error: for edges where a failure ends the command. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw result.error;
}
