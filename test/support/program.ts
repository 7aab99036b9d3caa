import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createControlClient } from '../../src/control/client.ts';
import type { Api } from '../../src/control/api.ts';
import { socketPathOf } from '../../src/state/location.ts';
import { gitTestEnvironment } from './git.ts';

/** The command line as a person runs it: `bin/fairlead`, as a process of its own. */
export const program = join(import.meta.dirname, '../../bin/fairlead');

export interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** A command that becomes the program, such as `heedful`. */
  readonly prefix?: readonly string[] | undefined;
}

/** A command line that takes root's power to write where its permissions say no; empty where nobody has it. */
export const heedful: readonly string[] =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override', '--inh-caps=-dac_override']
    : [];

export interface Running {
  readonly pid: number;
  /** All that it wrote so far, to stdout and stderr. */
  text(): string;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** The environment of tests: nobody's own configuration, and nobody at a terminal. */
export function programEnvironment(
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { FORCE_COLOR: _, CI: _ci, FAIRLEAD_STATE_DIR: _state, ...rest } = gitTestEnvironment();
  return { ...rest, FAIRLEAD_ACTOR: 'ada', ...more };
}

/** Starts `fairlead` with these arguments. */
export function startProgram(args: readonly string[], options: RunOptions): Running {
  const [command = program, ...rest] = [...(options.prefix ?? []), program, ...args];
  const child = spawn(command, rest, {
    cwd: options.cwd,
    env: programEnvironment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, text] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
    text += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
    text += part;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: signal ?? code, stdout, stderr }));
  });
  return {
    pid: child.pid ?? 0,
    text: () => text,
    ended,
    kill: (signal) => child.kill(signal),
  };
}

/** Runs `fairlead` to its end. */
export function runProgram(args: readonly string[], options: RunOptions): Promise<Ended> {
  return startProgram(args, options).ended;
}

/** The controller of a state folder, over its socket. */
export function controllerApi(stateDir: string): Api {
  return createControlClient({ socketPath: socketPathOf(stateDir, process.env) });
}

/** Waits until something is seen. @throws when it is not seen within `withinMs` (default 45 s), with what `why` says. */
export async function until(
  what: string,
  seen: () => boolean | Promise<boolean>,
  why: () => string | Promise<string> = () => '',
  withinMs = 45_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (await seen()) return;
    if (Date.now() > deadline) throw new Error(`not seen: ${what}\n${await why()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Waits until a controller that was started answers. @throws when it ends instead, with what it said */
export async function untilServed(started: Running, api: Api): Promise<void> {
  let ended = false;
  void started.ended.then(() => (ended = true));
  await until(
    'an answer of the controller',
    async () => {
      if (ended) throw new Error(`the controller ended: ${started.text()}`);
      return api.status().then(
        () => true,
        () => false,
      );
    },
    () => started.text(),
    60_000,
  );
}
