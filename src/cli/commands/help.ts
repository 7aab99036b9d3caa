import { suggest } from '../../config/suggest.ts';
import type { CommandDefinition } from '../command.ts';
import { usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { commandHelp, environmentHelp, exitCodesHelp, helpWidth, mainHelp } from '../help.ts';

const topics = ['exit-codes', 'environment'];

export const help: CommandDefinition = {
  description: 'Shows help on a command, or on a topic: exit-codes, environment.',
  arguments: [
    {
      usage: '[topic]',
      description: 'A command, exit-codes or environment',
      completion: { kind: 'words', words: topics },
    },
  ],
  options: [],
  examples: [
    { run: 'fairlead help sync', why: 'all about sync' },
    { run: 'fairlead help exit-codes', why: 'what the codes mean' },
  ],
  outputs: ['text'],
  run: async (context, input) => {
    const { style } = context.out;
    const width = helpWidth(context.io.stdout);
    const topic = input.argument('topic');
    if (topic === null) context.out.text(mainHelp(context.commands, style, width));
    else if (topic === 'exit-codes') context.out.text(exitCodesHelp(style, width));
    else if (topic === 'environment') context.out.text(environmentHelp(style, width));
    else {
      const entry = context.commands.find((command) => command.name === topic);
      if (entry === undefined) {
        const names = context.commands
          .filter((command) => command.hidden !== true)
          .map((command) => command.name);
        const meant = suggest(topic, [...names, ...topics]);
        throw usage({
          message: `there is no help on "${topic}"`,
          hint:
            meant === null ? 'See `fairlead --help`.' : `Did you mean \`fairlead help ${meant}\`?`,
        });
      }
      context.out.text(commandHelp(entry, await entry.load(), style, width));
    }
    return exitCodes.ok;
  },
};
