/**
 * What kind of failure an error is; exit codes, retries and alerts derive from it.
 *
 * - `input`: what was given is wrong; the same input fails again. Never retried without a change.
 * - `denied`: refused by policy, permission or a person.
 * - `conflict`: somebody else changed or holds the thing; plan again.
 * - `transient`: may pass by itself; retried with backoff.
 * - `bug`: an invariant of Fairlead itself broke.
 * - `unknown-outcome`: an effect was sent and its result was not seen; read again before acting.
 */
export type ErrorClass = 'input' | 'denied' | 'conflict' | 'transient' | 'bug' | 'unknown-outcome';

/** The stable identity of one kind of error, and what the operator should do about it. */
export interface ErrorDefinition {
  /** `domain.reason`, lower case with dashes; never changes once released. */
  readonly code: string;
  readonly class: ErrorClass;
  /**
   * The place does not allow it, or lacks something, which says nothing against what was wanted: whoever keeps the place
   * may change that, so it is tried again by itself although its class is not. Default false.
   */
  readonly ofPlace?: boolean;
  /** What happened, in a few words without particulars; heading of the error's reference page. */
  readonly title: string;
  /** What the operator should do next; one imperative sentence. */
  readonly hint: string;
}

/** The particulars of one occurrence. */
interface ErrorDetails {
  /** One sentence that names the particulars; shown to people, never matched on. */
  readonly message: string;
  /** What the error is about, in the notation users know (`File/index`, a URL, `fairlead.yaml:3:7`). */
  readonly resource?: string | undefined;
  readonly cause?: unknown;
  /** Replaces the definition's hint where the particulars allow a better one. */
  readonly hint?: string | undefined;
  /** Further facts for machines (JSON output); must hold no secret. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

/** Every error that Fairlead raises on purpose. Anything else that reaches the edge is reported as a bug. */
export class FairleadError extends Error {
  override readonly name = 'FairleadError';
  readonly code: string;
  readonly class: ErrorClass;
  readonly hint: string;
  readonly resource: string | undefined;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  readonly #ofPlace: boolean;

  constructor(definition: ErrorDefinition, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = definition.code;
    this.class = definition.class;
    this.hint = details.hint ?? definition.hint;
    this.resource = details.resource;
    this.facts = details.facts ?? {};
    this.#ofPlace = definition.ofPlace ?? false;
  }

  /** Whether trying the same again, later, can succeed. */
  get retryable(): boolean {
    return (
      this.#ofPlace ||
      this.class === 'transient' ||
      this.class === 'conflict' ||
      this.class === 'unknown-outcome'
    );
  }

  toJSON(): ErrorRecord {
    return errorRecord(this);
  }
}

/** An error as plain data: what the store, the API and `-o json` carry. */
export interface ErrorRecord {
  readonly code: string;
  readonly class: ErrorClass;
  readonly message: string;
  readonly hint: string;
  readonly resource?: string | undefined;
  readonly retryable: boolean;
}

/** Makes instances of one kind of error. */
export interface ErrorFactory {
  (details: ErrorDetails): FairleadError;
  readonly definition: ErrorDefinition;
}

/** Declares one kind of error; call the result with the particulars to make an instance (it does not throw). */
export function defineError(code: string, definition: Omit<ErrorDefinition, 'code'>): ErrorFactory {
  const whole: ErrorDefinition = { code, ...definition };
  const make = (details: ErrorDetails): FairleadError => new FairleadError(whole, details);
  return Object.assign(make, { definition: whole });
}

/** What reaches the edge without having been declared. */
export const unexpected = defineError('internal.unexpected', {
  class: 'bug',
  title: 'Something failed in a way that Fairlead does not know',
  hint: 'Report it with the output of `fairlead doctor`; nothing was deleted because of it.',
});

/** What was ended from outside (an order to stop, a deadline) and says no more of it than that. */
export const interrupted = defineError('internal.interrupted', {
  class: 'transient',
  title: 'Something was ended before it was done',
  hint: 'It is tried again by itself; what was asked for by a command, ask for again. Nothing was deleted because of it.',
});

/**
 * Gives any thrown value as a `FairleadError`; what a signal ended is why it was ended, else `internal.interrupted`, and what is
 * unknown becomes `internal.unexpected`.
 */
export function toFairleadError(thrown: unknown): FairleadError {
  if (thrown instanceof FairleadError) return thrown;
  if (isInterruption(thrown)) {
    if (thrown.cause instanceof FairleadError) return thrown.cause;
    const message =
      thrown.name === 'TimeoutError'
        ? 'it was not done in time'
        : 'it was ended before it was done';
    return interrupted({ message, cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return unexpected({ message, cause: thrown });
}

/** Whether it is what a signal that aborted without a word of its own throws, or the platform on its behalf. */
export function isInterruption(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError')
  );
}

/** Gives any thrown value as plain data. */
export function errorRecord(thrown: unknown): ErrorRecord {
  const error = toFairleadError(thrown);
  return {
    code: error.code,
    class: error.class,
    message: error.message,
    hint: error.hint,
    ...(error.resource === undefined ? {} : { resource: error.resource }),
    retryable: error.retryable,
  };
}

/** What happened and what to do next, as two sentences. */
export function withAdvice(error: Pick<ErrorRecord, 'message' | 'hint'>): string {
  return `${error.message.replace(/[.\s]+$/, '')}. ${error.hint}`;
}

/** Turns recorded data back into an error that can be thrown (after it crossed a process or the store). */
export function errorFromRecord(record: ErrorRecord): FairleadError {
  return new FairleadError(
    {
      code: record.code,
      class: record.class,
      ofPlace: record.retryable,
      title: record.code,
      hint: record.hint,
    },
    { message: record.message, resource: record.resource },
  );
}
