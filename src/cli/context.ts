import { userInfo } from 'node:os';
import type { DescribedCommand } from './description.ts';
import { createStyle, wantsColor } from './terminal/style.ts';
import type { Style } from './terminal/style.ts';
import { createProgress } from './terminal/progress.ts';
import type { Progress } from './terminal/progress.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import type { OutputFormat } from './output-format.ts';

/** What a running command has at hand. */
export interface Context {
  readonly io: Io;
  readonly globals: Globals;
  /** Aborts on interrupt and after --timeout; the reason is the error to end with. */
  readonly signal: AbortSignal;
  /** Data, on stdout. */
  readonly out: Output;
  /** What happens, on stderr. */
  readonly progress: Progress;
  /** Colours of stderr. */
  readonly style: Style;
  /** Whether a person is there to be asked. */
  readonly interactive: boolean;
  /** Who is recorded as having asked for this. */
  readonly actor: string;
  /** All commands, for those that speak of them. */
  readonly commands: readonly DescribedCommand[];
  readonly nowMs: () => number;
}

interface ContextOptions {
  readonly io: Io;
  readonly globals: Globals;
  readonly format: OutputFormat;
  readonly signal: AbortSignal;
  readonly toYaml: (value: unknown) => string;
  readonly commands: readonly DescribedCommand[];
}

/** What one command runs with. stdout and stderr have their own say whether there are colours. */
export function createContext(options: ContextOptions): Context {
  const { io, globals, format, signal, toYaml, commands } = options;
  const style = createStyle(wantsColor(io.env, io.stderr, globals.noColor));
  return {
    io,
    globals,
    signal,
    out: createOutput({
      stream: io.stdout,
      format,
      style: createStyle(wantsColor(io.env, io.stdout, globals.noColor)),
      env: io.env,
      toYaml,
    }),
    progress: createProgress({
      stream: io.stderr,
      quiet: globals.quiet,
      style,
      animate: (io.env['CI'] ?? '') === '',
    }),
    style,
    interactive: !globals.noInput && io.stdin.isTTY === true && io.stderr.isTTY === true,
    actor: actorOf(io.env),
    commands,
    nowMs: () => Date.now(),
  };
}

function actorOf(env: NodeJS.ProcessEnv): string {
  const given = env['FAIRLEAD_ACTOR'];
  if (given !== undefined && given.trim() !== '') return given.trim().slice(0, 256);
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the user database, as containers often have.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
