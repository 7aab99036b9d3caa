import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import { OutputTail } from './output.ts';

/** What is kept of the output, in bytes. */
const outputBytes = 16 * 1024;

/** Between being asked to end and being killed. */
export const graceMs = 2_000;

/** For what a program wrote last to arrive once it has ended; what it left running may hold its output open for ever. */
const drainMs = 100;

const lookEveryMs = 20;

interface ProgramOptions {
  /** Where the program is; `argv[0]` is only what it is told. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Values that must not be seen in the output. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
}

/** How a program ended, and the end of what it wrote to both outputs. */
export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly output: string }
  /** Ended by us, with all of its group. */
  | { readonly kind: 'timed-out' | 'aborted'; readonly output: string }
  /** `code` is the system's: `ENOENT`, `EACCES` … */
  | { readonly kind: 'not-started'; readonly code: string; readonly output: string };

/**
 * Runs a program to its end, in a session and group of its own. One that takes too long, or is no longer wanted, is
 * ended with its group: asked first, killed after two seconds. Never throws.
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramEnd> {
  const { argv, clock, signal } = options;
  const tail = new OutputTail(outputBytes, options.secrets);
  if (signal?.aborted === true) return { kind: 'aborted', output: '' };
  let child: ChildProcess;
  try {
    child = spawn(options.program, argv.slice(1), {
      argv0: argv[0],
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (thrown) {
    // Arguments that are too long, and the like, are thrown at once.
    return { kind: 'not-started', code: errorCode(thrown) || String(thrown), output: '' };
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => tail.push(chunk));
    // Broken off by `destroy` below; there is nothing more to learn.
    stream?.on('error', () => {});
  }
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('error', (error) =>
      resolve({ kind: 'not-started', code: errorCode(error) || error.message, output: '' }),
    );
    child.once('exit', (code, killedBy) =>
      resolve(
        code === null
          ? { kind: 'killed', signal: killedBy ?? 'a signal', output: '' }
          : { kind: 'exited', code, output: '' },
      ),
    );
  });

  const timer = new AbortController();
  const stop = (): void => timer.abort();
  signal?.addEventListener('abort', stop, { once: true });
  const late = clock
    .sleep(options.timeoutMs, timer.signal)
    .then((): 'aborted' | 'timed-out' => (signal?.aborted === true ? 'aborted' : 'timed-out'));
  try {
    let end = await Promise.race([ended, late]);
    if (typeof end === 'string') {
      if (child.pid !== undefined) await endGroup(child.pid, clock);
      end = { kind: end, output: '' };
    }
    if (end.kind === 'not-started') return end;
    await Promise.race([closed, clock.sleep(drainMs)]);
    return { ...end, output: tail.text() };
  } finally {
    timer.abort();
    signal?.removeEventListener('abort', stop);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** Ends a group of processes: asks, waits for `graceMs`, kills. */
async function endGroup(group: number, clock: Clock): Promise<void> {
  if (!signalGroup(group, 'SIGTERM')) return;
  const deadlineMs = clock.monotonicMs() + graceMs;
  while (clock.monotonicMs() < deadlineMs) {
    await clock.sleep(lookEveryMs);
    if (!signalGroup(group, 0)) return;
  }
  signalGroup(group, 'SIGKILL');
}

/** `false`: nothing of it is left. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
