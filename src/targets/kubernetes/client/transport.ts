import type { OutgoingHttpHeaders } from 'node:http';
import type { Credential } from '../auth/credentials.ts';

/** One request on the wire. */
export interface TransportRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | null;
  /** `watch`: stays open; kept off the connections that calls use. */
  readonly kind: 'call' | 'watch';
  readonly signal: AbortSignal;
}

/** What comes back, as it comes. */
export interface TransportAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body. Reading it can fail with what is thrown by `send`. */
  readonly body: AnswerBody;
  /** Whether the connection that it comes over lived within the last `maxAgeMs`; asks if that is not known. */
  isAlive(maxAgeMs: number): Promise<boolean>;
}

/** Exactly one of the handlers `end` and `error` is called, and nothing after it. */
export interface BodyHandlers {
  readonly data: (chunk: Buffer) => void;
  readonly end: () => void;
  readonly error: (error: Error) => void;
}

/** The body of an answer while it comes. */
export interface AnswerBody {
  /** Begins to read; call once. */
  read(handlers: BodyHandlers): void;
  pause(): void;
  resume(): void;
  /** Gives up what is left; no handler is called any more. */
  cancel(): void;
}

/** Nothing came back, or it broke off. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Whether the server may have acted on the request; `false` says for sure that it has not. */
  readonly mayHaveActed: boolean;

  constructor(message: string, mayHaveActed: boolean, cause?: unknown) {
    super(message, { cause });
    this.mayHaveActed = mayHaveActed;
  }
}

/** Sends requests to one server over connections of its own. */
export interface Transport {
  /**
   * @param credential whose certificate the connection is made with; default: none
   * @throws TransportError; FairleadError where no connection can be made; what `signal` aborts with
   */
  send(request: TransportRequest, credential?: Credential): Promise<TransportAnswer>;
  /** Ends all connections, and what is under way over them. */
  close(): void;
}
