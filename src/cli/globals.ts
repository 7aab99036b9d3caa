import { isAbsolute, resolve } from 'node:path';
import type { OptionSpec } from './description.ts';
import { parseDuration } from './duration.ts';
import { folderGone, usage } from './errors.ts';
import { outputFormats } from './output-format.ts';
import type { OutputFormat } from './output-format.ts';

/** Options of every command, also before the verb. */
export const globalOptions: readonly OptionSpec[] = [
  {
    flags: '-C, --directory <folder>',
    description: 'Work as if started in this folder',
    completion: { kind: 'folder' },
  },
  {
    flags: '--state-dir <folder>',
    description:
      "Where the controller keeps its state (default: fairlead in the user's state folder)",
    env: 'FAIRLEAD_STATE_DIR',
    completion: { kind: 'folder' },
  },
  {
    flags: '-o, --output <format>',
    description: 'How to write data',
    choices: outputFormats,
    completion: { kind: 'words', words: outputFormats },
  },
  {
    flags: '--timeout <duration>',
    description: 'Give up after this long (90s, 5m, 1h30m), with exit code 124',
  },
  {
    flags: '--no-input',
    description: 'Never ask; refuse with exit code 7 where a person has to agree',
  },
  { flags: '--no-color', description: 'No colours' },
  { flags: '-q, --quiet', description: 'Say nothing about progress; data and errors only' },
];

/** What the global options came to. */
export interface Globals {
  /** Absolute. */
  readonly directory: string;
  /** Whether the folder was named with -C. */
  readonly directoryGiven: boolean;
  /** As given by option or environment; `null`: the default of the user. */
  readonly stateDir: string | null;
  /** `null`: what the command writes by itself. */
  readonly output: OutputFormat | null;
  readonly timeoutMs: number | null;
  /** Whether questions were forbidden, by option, FAIRLEAD_NO_INPUT or CI. */
  readonly noInput: boolean;
  readonly noColor: boolean;
  readonly quiet: boolean;
}

/**
 * Reads the values that the parser found before and after the verb; those after it count more.
 *
 * @param cwd empty where the folder is gone.
 * @throws FairleadError `cli.usage`, `cli.folder-gone`
 */
export function readGlobals(
  values: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Globals {
  const text = (name: string): string | null => {
    const value = values[name];
    return typeof value === 'string' ? value : null;
  };
  const directory = text('directory');
  const stateDir = text('stateDir') ?? nonEmpty(env['FAIRLEAD_STATE_DIR']);
  const timeout = text('timeout');
  if (cwd === '' && !isAbsolute(directory ?? '')) {
    throw folderGone({ message: 'the folder that you are in was removed or moved away' });
  }
  return {
    directory: directory === null ? cwd : resolve(cwd, directory),
    directoryGiven: directory !== null,
    stateDir: stateDir === null || isAbsolute(stateDir) ? stateDir : resolve(cwd, stateDir),
    output: readOutput(text('output')),
    timeoutMs: timeout === null ? null : parseDuration(timeout, '--timeout'),
    noInput: values['input'] === false || isOn(env['FAIRLEAD_NO_INPUT']) || isOn(env['CI']),
    noColor: values['color'] === false,
    quiet: values['quiet'] === true,
  };
}

function readOutput(value: string | null): OutputFormat | null {
  if (value === null) return null;
  const found = outputFormats.find((format) => format === value);
  if (found === undefined) {
    throw usage({
      message: `there is no output format "${value}"`,
      hint: `Use one of ${outputFormats.join(', ')}.`,
    });
  }
  return found;
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
