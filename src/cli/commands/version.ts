import { createControlClient } from '../../control/client.ts';
import type { CommandDefinition } from '../command.ts';
import { socketPath } from '../connect.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { gitVersion } from '../git-version.ts';
import { facts } from '../show/application.ts';
import { version as own } from '../../version.ts';

/** A controller that is busy or stuck must not keep a version from being told. */
const patienceMs = 1_000;

export const version: CommandDefinition = {
  description:
    'Prints the versions that matter in a report: of this program, of Node and Git, and of the controller where one runs.',
  arguments: [],
  options: [],
  examples: [
    { run: 'fairlead version', why: 'for people' },
    { run: 'fairlead version -o json | jq -r .item.fairlead', why: 'for scripts' },
  ],
  outputs: ['text', 'json', 'yaml'],
  run: async (context) => {
    const versions = {
      fairlead: own,
      node: process.versions.node,
      git: await gitVersion(),
      controller: await controllerVersion(context),
      platform: `${process.platform}-${process.arch}`,
    };
    context.out.item('Version', versions, (style) =>
      facts(
        [
          ['fairlead', versions.fairlead],
          ['node', versions.node],
          ['git', versions.git ?? 'not found'],
          ['controller', versions.controller ?? 'not running'],
          ['platform', versions.platform],
        ],
        style,
        context.out.width,
      ),
    );
    return exitCodes.ok;
  },
};

async function controllerVersion(context: Context): Promise<string | null> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(patienceMs)]);
  try {
    return (await createControlClient({ socketPath: socketPath(context), signal }).status())
      .version;
  } catch {
    return null;
  }
}
