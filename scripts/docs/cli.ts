import { groups } from '../../src/cli/description.ts';
import type {
  CommandDescription,
  DescribedCommand,
  OptionSpec,
} from '../../src/cli/description.ts';
import { environmentVariables } from '../../src/cli/environment.ts';
import { exitCodeMeanings } from '../../src/cli/exit-codes.ts';
import { globalOptions } from '../../src/cli/globals.ts';
import { optionRows, usageLine } from '../../src/cli/help.ts';
import { commands } from '../../src/cli/registry.ts';
import { cell, generated, table } from './markdown.ts';

/** `docs/reference/cli.md`: every command, from the same definitions as its help. */
export async function cliReference(): Promise<string> {
  const visible = commands.filter((command) => command.hidden !== true);
  const sections = await Promise.all(
    visible.map(async (entry) => describeCommand(entry, await entry.load())),
  );
  return [
    '# Command line',
    generated('the command definitions in `src/cli`'),
    'Data goes to stdout, progress and errors to stderr. What a command shows as a table it also writes as JSON or YAML: one document `{"apiVersion": "cli.fairlead.dev/v1", "kind": "ApplicationList", "items": […]}` for a list, with `item` for a single thing, and with `-o ndjson` one such document a line. Within a version fields are added, never changed or removed. `-o name` writes the names that other commands take. Errors with `-o json` are one line on stderr, of kind `Error`, with `code`, `message`, `hint` and `exitCode`.',
    '## Commands',
    ...groups.map((group) => {
      const rows = visible.filter((command) => command.group === group);
      return table(
        ['', group],
        rows.map(({ name, summary }) => [`[\`${name}\`](#${name})`, cell(summary)]),
      );
    }),
    '## Options of every command',
    'They may stand before or after the command; after it they count more.',
    optionTable(globalOptions),
    '## Who answers',
    whoAnswers,
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      Object.entries(exitCodeMeanings).map(([code, meaning]) => [code, cell(meaning)]),
    ),
    'Where several applications are concerned, an error counts most, then a plan that waits for a person (7), then something that is not healthy (3).',
    '## Environment',
    table(
      ['Variable', 'Meaning'],
      environmentVariables.map(({ name, meaning }) => [`\`${name}\``, cell(meaning)]),
    ),
    ...sections,
  ].join('\n\n');
}

const whoAnswers = `\`validate\`, \`render\`, \`plan\`, \`diff\` and \`sync\` are about what a checkout says: inside a checkout that holds a \`fairlead.yaml\` (or \`fairlead/*.yaml\`) they work from its HEAD in their own process. Elsewhere they ask the controller of the state folder.

\`get\`, \`describe\`, \`history\`, \`events\`, \`logs\`, \`approve\` and \`rollback\` are about what is running: they ask the controller where one answers, and work in their own process only inside a checkout when none does. \`wait\`, \`resume --all\` and, while a controller runs, \`hold\` and \`resume\` always ask it; without one, \`hold\` and \`resume\` write to the records at the target.

\`--server\` always asks the controller, \`--local\` and \`--worktree\` always work from the checkout. Looking never needs the lock of the state folder; \`sync\`, \`rollback\` and \`approve\` in a checkout take it, and fail with \`state.locked\` (code 6) while a controller holds it: use \`--server\` then.`;

function describeCommand(entry: DescribedCommand, definition: CommandDescription): string {
  const formats = definition.outputs
    .filter((format) => format !== 'text')
    .map((format) => `\`${format}\``);
  return [
    `## ${entry.name}`,
    `${entry.summary}.`,
    `\`\`\`\n${usageLine(entry, definition)}\n\`\`\``,
    definition.description,
    ...(definition.arguments.length === 0
      ? []
      : [
          table(
            ['Argument', 'Meaning'],
            definition.arguments.map((one) => [`\`${one.usage}\``, cell(one.description)]),
          ),
        ]),
    ...(definition.options.length === 0 ? [] : [optionTable(definition.options)]),
    formats.length === 0
      ? 'Writes text.'
      : `Writes ${definition.outputs.includes('text') ? 'text, or with `-o` ' : ''}${formats.join(', ')}.`,
    `\`\`\`sh\n${definition.examples.map((one) => `# ${one.why}\n${one.run}`).join('\n')}\n\`\`\``,
  ].join('\n\n');
}

function optionTable(options: readonly OptionSpec[]): string {
  const visible = options.filter((option) => option.hidden !== true);
  return table(
    ['Option', 'Meaning'],
    optionRows(visible).map(([flags, meaning]) => [`\`${flags.trim()}\``, cell(meaning)]),
  );
}
