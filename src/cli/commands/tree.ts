import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { applicationArgument, environmentOption } from '../options.ts';
import { namedApplication } from '../named.ts';
import { showTree } from '../show/tree.ts';
import { oneLine } from '../terminal/width.ts';

export const tree: CommandDefinition = {
  description: `Shows the resources of an application and what they own at the target, down to what runs: on Kubernetes a Deployment, its ReplicaSets and their pods, each with its health and why it is not well. What the controller's account (or that of the project) may not list is left out, and said.`,
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
    const selector = { application, environment };
    const { trees, unseen } = await orAbort(context.signal, api.tree(selector));
    context.out.item('ResourceTrees', { ...selector, trees, unseen }, (style) =>
      showTree(trees, style),
    );
    for (const why of unseen)
      context.progress.important(`${context.style.warn('!')} left out: ${oneLine(why)}`);
    return exitCodes.ok;
  },
};
