import { resolve } from 'node:path';
import { shortCommit } from '../../model/revision.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectServer } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';

export const importBundle: CommandDefinition = {
  description: `Gives the running controller commits from a file that \`git bundle create\` wrote, as if it had fetched them: for sites without a way to the repository. The same rules decide what is accepted: the bundle must hold the branch or tag that is followed, a rewritten history is held until somebody agrees, signatures are checked where they are asked for.

The controller follows the URL that its configuration names, also where that can never be reached; what it serves comes from bundles then.`,
  arguments: [
    {
      usage: '<file>',
      description: 'A bundle, on the machine of the controller',
      completion: { kind: 'file' },
    },
  ],
  options: [
    {
      flags: '--source <name>',
      description: 'The Source that it is for (default: the repository of the configuration)',
      completion: { kind: 'source' },
    },
  ],
  examples: [
    {
      run: 'git bundle create shop.bundle HEAD main && fairlead import shop.bundle',
      why: 'carry a branch to a site without network',
    },
    { run: 'fairlead import charts.bundle --source charts', why: 'for another source' },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson'],
  run: async (context, input) => {
    await using connection = await connectServer(context);
    const path = resolve(context.globals.directory, input.required('file'));
    const named = input.text('source') ?? '';
    const source = named === 'repository' ? '' : named;
    context.progress.status(`importing ${path}`);
    const view = await orAbort(
      context.signal,
      connection.api.importBundle({ source, path, actor: context.actor }),
    );
    context.progress.status(null);
    context.out.item('Source', view, (style) => {
      if (view.held !== null) return `${style.warn('!')} ${view.held.reason}`;
      const behind = view.behind === undefined ? '' : `; ${view.behind.reason}`;
      const at = view.current === null ? 'nothing' : shortCommit(view.current.commit);
      return `${style.good('✓')} ${view.name || 'the repository'} is at ${at}${behind}`;
    });
    return exitCodes.ok;
  },
};
