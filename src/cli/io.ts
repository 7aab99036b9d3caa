import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type TerminalOutput = Writable & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};
type TerminalInput = Readable & { readonly isTTY?: boolean | undefined };

/** Everything outside that the command line touches directly; `main.ts` passes the process's own. */
export interface Io {
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: NodeJS.ProcessEnv;
  /** Empty where that folder was removed meanwhile. */
  readonly cwd: string;
  /** Aborts with `SIGINT` or `SIGTERM` as the reason when the person or the system wants it to end. */
  readonly interrupt: AbortSignal;
}
