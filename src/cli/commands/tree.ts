import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { applicationArgument, environmentOption } from '../options.ts';
import { namedApplication } from '../named.ts';
import { showTree } from '../show/tree.ts';

export const tree: CommandDefinition = {
  description: `Shows the resources of an application and what they own at the target, down to what runs: on Kubernetes a Deployment, its ReplicaSets and their pods, each with its health and why it is not well.`,
  arguments: [applicationArgument],
  options: [environmentOption, ...whereOptions],
  examples: [
    { run: 'fairlead tree shop@dev', why: 'which pod is the one that is not ready?' },
    { run: 'fairlead tree shop -e prod -o json', why: 'the same as data, for a script' },
  ],
  outputs: ['text', 'json', 'yaml'],
  run: async (context, input) => {
    await using connection = await connectToRunning(context, input, { look: true });
    const { api } = connection;
    const { application, environment } = await namedApplication(context, api, input);
    const trees = await orAbort(context.signal, api.tree({ application, environment }));
    context.out.item('ResourceTrees', { application, environment, trees }, (style) =>
      showTree(trees, style),
    );
    return exitCodes.ok;
  },
};
