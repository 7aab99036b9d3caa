import { groups } from './description.ts';
import type { CommandDescription, DescribedCommand, OptionSpec } from './description.ts';
import { environmentVariables } from './environment.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { globalOptions } from './globals.ts';
import type { Style } from './terminal/style.ts';
import { columnsOf, displayWidth, hang } from './terminal/width.ts';

/** Text of `fairlead --help`. */
export function mainHelp(
  commands: readonly DescribedCommand[],
  style: Style,
  width: number,
): string {
  const visible = commands.filter((command) => command.hidden !== true);
  const lines = [
    'Fairlead leads what is in Git to what is live, and keeps it there.',
    '',
    `${style.strong('Usage:')} fairlead [options] <command> [arguments]`,
    '',
  ];
  for (const group of groups) {
    const entries = visible.filter((command) => command.group === group);
    lines.push(style.strong(`${group}:`));
    lines.push(
      ...definitions(
        entries.map((entry) => [entry.name, entry.summary]),
        style,
        width,
      ),
      '',
    );
  }
  lines.push(style.strong('Options of every command:'));
  lines.push(...definitions(optionRows(globalOptions), style, width));
  lines.push(
    ...definitions(
      [
        ['-h, --help', 'Show help'],
        ['-V, --version', 'Show the version'],
      ],
      style,
      width,
    ),
    '',
  );
  lines.push(style.strong('Exit codes:'), ...exitCodeRows(style, width), '');
  lines.push(style.strong('More:'));
  lines.push(
    ...definitions(
      [
        ['fairlead help COMMAND', 'All about one command, with examples'],
        ['fairlead help exit-codes', 'What the exit codes mean'],
        ['fairlead help environment', 'The environment variables that count'],
        ['fairlead demo', 'See it work, in under a minute'],
      ],
      style,
      width,
    ),
  );
  return lines.join('\n');
}

/** Text of `fairlead COMMAND --help`. */
export function commandHelp(
  entry: DescribedCommand,
  definition: CommandDescription,
  style: Style,
  width: number,
): string {
  const lines = [
    `${entry.summary}.`,
    '',
    `${style.strong('Usage:')} ${usageLine(entry, definition)}`,
    '',
    ...definition.description.split('\n').map((paragraph) => hang('', paragraph, width)),
    '',
  ];
  const described = definition.arguments.filter((argument) => argument.description !== '');
  if (described.length > 0) {
    lines.push(style.strong('Arguments:'));
    lines.push(
      ...definitions(
        described.map((one) => [one.usage, one.description]),
        style,
        width,
      ),
      '',
    );
  }
  const own = definition.options.filter((option) => option.hidden !== true);
  if (own.length > 0) {
    lines.push(style.strong('Options:'), ...definitions(optionRows(own), style, width), '');
  }
  lines.push(style.strong('Options of every command:'));
  lines.push(...definitions(optionRows(globalOptions), style, width), '');
  lines.push(
    `${style.strong('Writes:')} ${definition.outputs.map((format) => (format === 'text' ? 'text' : `-o ${format}`)).join(', ')}`,
    '',
  );
  lines.push(style.strong('Examples:'));
  for (const example of definition.examples) {
    lines.push(`  ${style.faint(`# ${example.why}`)}`, `  ${style.command(example.run)}`);
  }
  return lines.join('\n');
}

/** `fairlead plan [options] [selection...]` */
export function usageLine(entry: DescribedCommand, definition: CommandDescription): string {
  const names = definition.arguments.map((argument) => argument.usage);
  return ['fairlead', entry.name, '[options]', ...names].join(' ');
}

/** The topic `exit-codes`. @param width columns */
export function exitCodesHelp(style: Style, width: number): string {
  return [style.strong('Exit codes:'), ...exitCodeRows(style, width)].join('\n');
}

/** The topic `environment`. @param width columns */
export function environmentHelp(style: Style, width: number): string {
  const rows = environmentVariables.map((variable) => [variable.name, variable.meaning] as const);
  return [style.strong('Environment variables:'), ...definitions(rows, style, width)].join('\n');
}

function exitCodeRows(style: Style, width: number): readonly string[] {
  return definitions(Object.entries(exitCodeMeanings), style, width);
}

/** Flags and meaning of options, with what they are when not given. */
export function optionRows(options: readonly OptionSpec[]): readonly (readonly [string, string])[] {
  return options.map((option) => {
    const facts = [
      ...(option.choices === undefined ? [] : [`one of ${option.choices.join(', ')}`]),
      ...(option.default === undefined ? [] : [`default: ${option.default}`]),
      ...(option.env === undefined ? [] : [`also ${option.env}`]),
    ];
    const flags = option.flags.startsWith('--') ? `    ${option.flags}` : option.flags;
    return [
      flags,
      facts.length === 0 ? option.description : `${option.description} (${facts.join('; ')})`,
    ];
  });
}

function definitions(
  rows: readonly (readonly [string, string])[],
  style: Style,
  width: number,
): readonly string[] {
  const longest = Math.min(30, Math.max(0, ...rows.map(([term]) => displayWidth(term))));
  return rows.map(([term, meaning]) => {
    const padding = ' '.repeat(Math.max(2, longest + 2 - displayWidth(term)));
    return hang(`  ${style.command(term)}${padding}`, meaning, width, ' '.repeat(longest + 4));
  });
}

/** Columns for help: what the terminal has, but never lines too long to read. */
export function helpWidth(stream: { readonly columns?: number | undefined }): number {
  return Math.min(columnsOf(stream, 100), 110);
}
