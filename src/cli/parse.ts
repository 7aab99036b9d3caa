import { Command, CommanderError, Option } from 'commander';
import type { CommandDescription, DescribedCommand, OptionSpec } from './description.ts';
import { parseDuration } from './duration.ts';
import { usage } from './errors.ts';
import { globalOptions } from './globals.ts';
import { createInput, parseCount } from './input.ts';
import type { Input } from './input.ts';

/** What the command line asks for, as far as it can be told without loading the command. */
interface Located {
  /** The first word that is no option: a command, or something that is none. */
  readonly verb: string | null;
  /** `-h` or `--help` stands somewhere before `--`. */
  readonly help: boolean;
  /** `-V` or `--version` stands before the verb. */
  readonly version: boolean;
}

interface Parsed {
  /** Values of the global options, by attribute name. */
  readonly globals: Readonly<Record<string, unknown>>;
  readonly input: Input;
}

/** Finds the verb among the global options that may stand before it. */
export function locate(argv: readonly string[]): Located {
  const withValue = new Set(
    globalOptions
      .filter((option) => option.flags.includes('<'))
      .flatMap((option) => option.flags.match(/--?[\w-]+/g) ?? []),
  );
  let verb: string | null = null;
  let help = false;
  let version = false;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') break;
    if (word === '-h' || word === '--help') help = true;
    else if (verb !== null) continue;
    else if (word === '-V' || word === '--version') version = true;
    else if (withValue.has(word)) at += 1;
    else if (!word.startsWith('-')) verb = word;
  }
  return { verb, help, version };
}

/**
 * Parses the whole command line for one command; `null` where no command is known by the verb, which only fails.
 * @throws FairleadError `cli.usage`, with what was probably meant
 */
export function parse(
  argv: readonly string[],
  commands: readonly DescribedCommand[],
  entry: DescribedCommand | null,
  definition: CommandDescription | null,
): Parsed {
  const program = silent(new Command('fairlead')).enablePositionalOptions();
  addOptions(program, globalOptions);
  let chosen: Command | null = null;
  for (const known of commands) {
    const command = silent(program.command(known.name, { hidden: known.hidden ?? false }));
    if (entry?.name !== known.name || definition === null) continue;
    for (const argument of definition.arguments)
      command.argument(argument.usage, argument.description);
    addOptions(command, [...definition.options, ...globalOptions]);
    // A command line to be completed is not one to be understood.
    if (entry.hidden === true) command.allowUnknownOption().passThroughOptions();
    command.action(() => undefined);
    chosen = command;
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(error, entry);
    throw error;
  }
  if (chosen === null || definition === null) throw usage({ message: 'no command is given' });
  return collect(program, chosen, definition);
}

/** Commander reports by exceptions alone; what is shown, and where, is ours. */
function silent(command: Command): Command {
  const nothing = (): void => undefined;
  return command
    .exitOverride()
    .helpOption(false)
    .helpCommand(false)
    .configureOutput({ writeOut: nothing, writeErr: nothing, outputError: nothing });
}

function addOptions(command: Command, options: readonly OptionSpec[]): void {
  for (const spec of options) {
    const option = new Option(spec.flags, spec.description);
    if (spec.default !== undefined) option.default(spec.default);
    if (spec.choices !== undefined) option.choices(spec.choices);
    if (spec.hidden === true) option.hideHelp();
    command.addOption(option);
  }
}

function collect(program: Command, command: Command, definition: CommandDescription): Parsed {
  const globals: Record<string, unknown> = {};
  for (const level of [program, command]) {
    for (const name of globalOptions.map(attributeName)) {
      if (level.getOptionValueSource(name) === 'cli') globals[name] = level.getOptionValue(name);
    }
  }
  const values = new Map<string, string | readonly string[] | null>();
  for (const [at, argument] of command.registeredArguments.entries()) {
    const value: unknown = command.processedArgs[at];
    values.set(argument.name(), (value ?? null) as string | readonly string[] | null);
  }
  for (const option of definition.options)
    checkValue(option, command.getOptionValue(attributeName(option)));
  return {
    globals,
    input: createInput(values, command.opts(), new Set(definition.options.map(attributeName))),
  };
}

/** @throws FairleadError `cli.usage` for a value that its command could not read */
function checkValue(option: OptionSpec, value: unknown): void {
  if (typeof value !== 'string') return;
  const flag = option.flags.match(/--[\w-]+/)?.[0] ?? option.flags;
  if (option.flags.endsWith('<duration>')) parseDuration(value, flag);
  if (option.flags.endsWith('<count>')) parseCount(value, flag);
}

/** The name under which an option's value is found: `--state-dir <folder>` is `stateDir`, `--no-input` is `input`. */
function attributeName(option: OptionSpec): string {
  return new Option(option.flags).attributeName();
}

function usageError(error: CommanderError, entry: DescribedCommand | null): Error {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1];
  const see = entry === null ? 'fairlead --help' : `fairlead ${entry.name} --help`;
  return usage({
    message: first,
    hint:
      suggestion === undefined ? `See \`${see}\`.` : `Did you mean ${suggestion}? See \`${see}\`.`,
  });
}
