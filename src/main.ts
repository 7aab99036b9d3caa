import { runProgram } from './cli/program.ts';

/** How long what is left over may keep the process alive after its command has ended. */
const lingerMs = 2_000;

/**
 * The program: runs the command line in `argv` (without node and script) and gives the exit code.
 *
 * The first interrupt ends the command in order, the second one at once.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // Helpers of the engine do not keep the process alive by themselves; a command that has not ended does.
  const alive = setInterval(() => undefined, 2 ** 30);
  const code = await run(argv, interrupt.signal).finally(() => clearInterval(alive));
  // Something that was not closed must not keep a finished command from ending.
  setTimeout(() => process.exit(code), lingerMs).unref();
  return code;
}

function run(argv: readonly string[], interrupt: AbortSignal): Promise<number> {
  return runProgram(argv, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: workingFolder(),
    interrupt,
  });
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '';
  }
}
