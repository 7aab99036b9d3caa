import type { CommandDefinition, CommandEntry } from './command.ts';
import { createContext } from './context.ts';
import { interrupted, outputFailed, timedOut, usage } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { readGlobals } from './globals.ts';
import type { Globals } from './globals.ts';
import { commandHelp, helpWidth, mainHelp } from './help.ts';
import type { Io } from './io.ts';
import { outputFormats } from './output-format.ts';
import type { OutputFormat } from './output-format.ts';
import { locate, parse } from './parse.ts';
import { commands, findCommand } from './registry.ts';
import { reportError } from './report.ts';
import { freshAfterFailure } from './terminal/after-failure.ts';
import { guardOutput } from './terminal/guard.ts';
import { createStyle, wantsColor } from './terminal/style.ts';
import { columnsOf } from './terminal/width.ts';
import { showDuration } from './duration.ts';
import { loadYamlWriter } from './yaml.ts';

/** Runs one command line to its end. Never rejects: what fails is written to stderr and told by the exit code. */
export async function runProgram(argv: readonly string[], outside: Io): Promise<ExitCode> {
  const io = {
    ...outside,
    stdout: guardOutput(outside.stdout),
    // A log on a disk that is full, or that nobody reads any more, ends no controller.
    stderr: guardOutput(freshAfterFailure(outside.stderr)),
  };
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const style = createStyle(wantsColor(io.env, io.stderr, argv.includes('--no-color')));
    const width = io.stderr.isTTY === true ? columnsOf(io.stderr, 80) : null;
    const report = reportError(error, requestedFormat(argv), style, width);
    io.stderr.write(`${report.text}\n`);
    return report.exitCode;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const { verb, help, version } = locate(argv);
  const words = version
    ? ['version', ...argv.filter((word) => word !== '-V' && word !== '--version')]
    : argv;
  const name = version ? 'version' : verb;
  if (name === null) {
    // Options alone may be wrong; then that is what there is to say.
    if (!help && argv.length > 0) parse(argv, commands, null, null);
    return printHelp(io, argv, null, null);
  }
  const entry = findCommand(name) ?? null;
  if (entry === null) parse(words, commands, null, null);
  const definition = entry === null ? null : await entry.load();
  if (help && entry?.hidden !== true) return printHelp(io, argv, entry, definition);
  const parsed = parse(words, commands, entry, definition);
  if (definition === null) return exitCodes.error;
  const globals = readGlobals(parsed.globals, io.env, io.cwd);
  const format = formatFor(name, definition, globals);
  const ending = createEnding(io, globals);
  const context = createContext({
    io,
    globals,
    format,
    signal: ending.signal,
    toYaml: await yamlWriter(format),
    commands,
  });
  try {
    const code = await definition.run(context, parsed.input);
    // Streams tell a little later.
    await new Promise((resolve) => setImmediate(resolve));
    const failure = context.out.failure();
    if (failure === null) return code;
    throw outputFailed({ message: `cannot write to stdout: ${failure.message}`, cause: failure });
  } catch (error) {
    // Whatever an aborted step threw, the reason is why the command ends.
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    ending.release();
    context.progress.end();
  }
}

function printHelp(
  io: Io,
  argv: readonly string[],
  entry: CommandEntry | null,
  definition: CommandDefinition | null,
): ExitCode {
  const style = createStyle(wantsColor(io.env, io.stdout, argv.includes('--no-color')));
  const width = helpWidth(io.stdout);
  const text =
    entry === null || definition === null
      ? mainHelp(commands, style, width)
      : commandHelp(entry, definition, style, width);
  io.stdout.on('error', () => undefined);
  io.stdout.write(`${text}\n`);
  return exitCodes.ok;
}

function formatFor(name: string, definition: CommandDefinition, globals: Globals): OutputFormat {
  const own = definition.outputs[0] ?? 'text';
  const wanted = globals.output;
  if (wanted === null) return own;
  if (definition.outputs.includes(wanted)) return wanted;
  if (own === 'text' && (wanted === 'table' || wanted === 'wide')) return own;
  const possible = definition.outputs.filter((format) => format !== 'text');
  throw usage({
    message: `fairlead ${name} does not write ${wanted}`,
    hint:
      possible.length === 0
        ? 'It writes text only; leave -o out.'
        : `Use one of ${possible.join(', ')}.`,
  });
}

async function yamlWriter(format: OutputFormat): Promise<(value: unknown) => string> {
  if (format === 'yaml') return loadYamlWriter();
  return () => {
    throw new Error('the writer of YAML was not loaded');
  };
}

/** One signal for both ways in which a command is told to end, with the error to end with as its reason. */
function createEnding(
  io: Io,
  globals: Globals,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const ending = new AbortController();
  const interrupt = (): void =>
    ending.abort(interrupted({ message: `interrupted by ${String(io.interrupt.reason)}` }));
  if (io.interrupt.aborted) interrupt();
  else io.interrupt.addEventListener('abort', interrupt, { once: true });
  const { timeoutMs } = globals;
  const timer =
    timeoutMs === null
      ? undefined
      : setTimeout(
          () => ending.abort(timedOut({ message: `not done after ${showDuration(timeoutMs)}` })),
          timeoutMs,
        );
  return {
    signal: ending.signal,
    release: () => {
      clearTimeout(timer);
      io.interrupt.removeEventListener('abort', interrupt);
    },
  };
}

/** The format for an error whose command line may not even parse. */
function requestedFormat(argv: readonly string[]): OutputFormat | null {
  const words = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  for (const [at, word] of words.entries()) {
    const value =
      /^(?:-o=?|--output=)(.+)$/.exec(word)?.[1] ??
      (word === '-o' || word === '--output' ? words[at + 1] : null);
    const found = outputFormats.find((format) => format === value);
    if (found !== undefined) return found;
  }
  return null;
}
