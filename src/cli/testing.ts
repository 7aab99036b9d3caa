import { PassThrough } from 'node:stream';
import type { Io } from './io.ts';
import { runProgram } from './program.ts';

/** For tests: the streams of one command line, kept apart, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, away from a terminal unless `columns` says how wide one it has to write to. */
export async function run(
  argv: readonly string[],
  options: Partial<Pick<Io, 'cwd' | 'env' | 'interrupt' | 'stdout' | 'stderr'>> & {
    readonly columns?: number;
  } = {},
): Promise<Ran> {
  const { columns } = options;
  const open = (): PassThrough =>
    Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  const stdout = open();
  const stderr = open();
  const read = (stream: PassThrough): (() => string) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return () => text;
  };
  const [out, err] = [read(stdout), read(stderr)];
  const code = await runProgram(argv, {
    stdin: new PassThrough(),
    stdout: options.stdout ?? stdout,
    stderr: options.stderr ?? stderr,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    cwd: options.cwd ?? '/',
    interrupt: options.interrupt ?? new AbortController().signal,
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { code, stdout: out(), stderr: err() };
}
