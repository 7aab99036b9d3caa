import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { notNeeded } from '../model/not-needed.ts';
import type { Clock } from '../system/clock.ts';
import { errorCode } from '../system/files.ts';
import { describeSearchPath } from '../system/search-path.ts';

/** How long a process group gets to end by itself (Git removes its locks and temporary packs) before it is killed. */
const graceMs = 2_000;

/** How a process ended. Exit codes are facts, not errors. */
export interface ChildOutcome {
  readonly ended: 'exited' | 'timeout' | 'cancelled' | 'too-much-output' | 'not-started';
  /** `null` when it was ended by a signal or never started. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  /** The last 64 KiB. */
  readonly stderr: string;
}

interface ChildCall {
  readonly binary: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string | undefined;
  readonly input?: string | Uint8Array | undefined;
  readonly timeoutMs: number;
  /** More standard output than this ends the process. Bytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a program as leader of its own process group (and session: nothing in it can ask at a terminal).
 * @throws Error with code EMFILE where no more files may be opened; that it is not there is told by its `error` event.
 */
export function startChild(
  call: Pick<ChildCall, 'binary' | 'arguments' | 'environment' | 'directory'>,
) {
  const child = spawn(call.binary, [...call.arguments], {
    cwd: call.directory,
    env: { ...call.environment },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  // At the limit of open files Node makes no pipes, and tells why in an event that would end the whole program.
  if ((child.stdout as unknown) === undefined) {
    child.on('error', () => undefined);
    throw Object.assign(new Error(`${call.binary} cannot be started: too many open files`), {
      code: 'EMFILE',
    });
  }
  return child;
}

/** Sends a signal to the whole group that `startChild` made, if it is still there. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}

/** Collects the last `limit` bytes of a stream as text. */
export function tail(stream: NodeJS.ReadableStream, limit = 65_536): () => string {
  let kept: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]);
    if (kept.length > limit) kept = kept.subarray(kept.length - limit);
  });
  return () => kept.toString('utf8');
}

/** Runs a program to its end, or to the end of the group that it leads when time, output or patience is over. */
export async function runChild(call: ChildCall, clock: Clock): Promise<ChildOutcome> {
  const nothing = { exitCode: null, stdout: Buffer.alloc(0) };
  if (call.signal?.aborted === true) return { ...nothing, ended: 'cancelled', stderr: '' };
  let child: ReturnType<typeof startChild>;
  try {
    child = startChild(call);
  } catch (error) {
    const stderr = error instanceof Error ? error.message : String(error);
    return { ...nothing, ended: 'not-started', stderr };
  }
  const over = new AbortController();
  const stderr = tail(child.stderr);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let ended: ChildOutcome['ended'] = 'exited';

  const end = (why: ChildOutcome['ended']): void => {
    if (ended !== 'exited' || over.signal.aborted) return;
    ended = why;
    signalGroup(child, 'SIGTERM');
    void clock.sleep(graceMs, over.signal).then(() => {
      if (!over.signal.aborted) signalGroup(child, 'SIGKILL');
    });
  };
  const cancel = (): void => end('cancelled');
  call.signal?.addEventListener('abort', cancel, { once: true });
  void clock.sleep(call.timeoutMs, over.signal).then(() => end('timeout'));

  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > call.maxBytes) end('too-much-output');
    else chunks.push(chunk);
  });
  // A program that ends without reading its input is judged by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(call.input ?? '');

  const outcome = await new Promise<{ code: number | null; failure: Error | null }>((resolve) => {
    child.once('error', (failure) => resolve({ code: null, failure }));
    child.once('close', (code) => resolve({ code, failure: null }));
    // A helper that lives on (a credential cache) may keep the pipes open for ever.
    child.once('exit', (code) => {
      void clock.sleep(graceMs, over.signal).then(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ code, failure: null });
      });
    });
  });
  over.abort(notNeeded);
  call.signal?.removeEventListener('abort', cancel);
  if (outcome.failure !== null) {
    return { ...nothing, ended: 'not-started', stderr: whyNotStarted(call, outcome.failure) };
  }
  return { ended, exitCode: outcome.code, stdout: Buffer.concat(chunks), stderr: stderr() };
}

/** The system says the same of a program and of a folder that is not there. */
function whyNotStarted({ binary, directory, environment }: ChildCall, failure: Error): string {
  if (errorCode(failure) !== 'ENOENT') return failure.message;
  if (directory !== undefined && !existsSync(directory)) return `there is no folder ${directory}`;
  return binary.includes('/')
    ? `there is no ${binary}`
    : `there is no program ${binary} in ${describeSearchPath(environment['PATH'] ?? '')}`;
}
