import type { CommandDefinition } from '../command.ts';
import { candidates } from '../complete/candidates.ts';
import { liveNames } from '../complete/names.ts';
import { exitCodes } from '../exit-codes.ts';

/** What a shell gets for a word that is to be a path. */
const directives = { file: ':files', folder: ':folders' } as const;

export const complete: CommandDefinition = {
  description:
    'Answers a shell that completes a command line. It never fails: at worst there is nothing to propose.',
  arguments: [{ usage: '[words...]', description: '' }],
  options: [],
  examples: [],
  outputs: ['text'],
  run: async (context, input) => {
    try {
      const [shell = '', ...words] = input.list('words');
      const found = await candidates(context.commands, words, async (kind) =>
        liveNames(context, words, kind),
      );
      if (found.kind === 'path') context.out.text(directives[found.of]);
      else context.out.text(found.proposals.map((one) => format(shell, one)).join('\n'));
    } catch {
      // Whoever presses Tab wants no message.
    }
    return exitCodes.ok;
  },
};

function format(
  shell: string,
  proposal: { readonly value: string; readonly description: string },
): string {
  const { value, description } = proposal;
  if (shell === 'fish') return description === '' ? value : `${value}\t${description}`;
  if (shell === 'zsh') {
    const escaped = value.replaceAll(':', String.raw`\:`);
    return description === '' ? escaped : `${escaped}:${description}`;
  }
  return value;
}
