import { FairleadError } from '../../../model/error.ts';

/** One reason of a refusal, as the server gives it. */
export interface StatusCause {
  /** `FieldManagerConflict`, `FieldValueInvalid`, `FieldValueRequired` … */
  readonly reason: string;
  readonly message: string;
  /** Path of the field: `spec.replicas`, `.spec.template`. */
  readonly field: string;
}

/** What the server said when it refused: the parts of a `Status` that are used. */
export interface ServerFailure {
  /** HTTP status. */
  readonly status: number;
  /** `NotFound`, `Conflict`, `Invalid` …; empty where it gave none. */
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly StatusCause[];
  /** From `Retry-After` or `details.retryAfterSeconds`; `null`: it did not say. */
  readonly retryAfterMs: number | null;
}

/** A field that another manager holds. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

/** Carries what the server said as the `cause` of a `FairleadError`. */
export class ServerFailureCause extends Error {
  override readonly name = 'ServerFailureCause';
  readonly failure: ServerFailure;

  constructor(failure: ServerFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** What the server said, or `null` where the error is not its answer. */
export function serverFailureOf(thrown: unknown): ServerFailure | null {
  const cause = thrown instanceof FairleadError ? thrown.cause : thrown;
  return cause instanceof ServerFailureCause ? cause.failure : null;
}

/** Who holds which field, of a `kubernetes.apply-conflict`; empty for other errors. */
export function fieldConflictsOf(thrown: unknown): readonly FieldConflict[] {
  const causes = serverFailureOf(thrown)?.causes ?? [];
  return causes.flatMap(({ reason, message, field }) =>
    reason === 'FieldManagerConflict' ? [{ manager: managerIn(message), field }] : [],
  );
}

/** The manager's name in `conflict with "kubectl" using apps/v1` (quoted as Go does) — the server has it nowhere else. */
function managerIn(message: string): string {
  const quoted = /^conflict with ("(?:[^"\\]|\\.)*")/.exec(message)?.[1];
  if (quoted === undefined) return message;
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}

/** How long the server asks to be left alone, in milliseconds; `null`: it did not say. */
export function retryAfterMsOf(thrown: unknown): number | null {
  return serverFailureOf(thrown)?.retryAfterMs ?? null;
}

/** Whether `thrown` is the `FairleadError` of this code: `kubernetes.forbidden`. */
export function isFailure(thrown: unknown, code: string): thrown is FairleadError {
  return thrown instanceof FairleadError && thrown.code === code;
}

/** Old webhooks take no dry runs. The server has no reason of its own for it, only these words. */
export function isUntriable(thrown: unknown): boolean {
  return /does not support dry run/.test(serverFailureOf(thrown)?.message ?? '');
}
