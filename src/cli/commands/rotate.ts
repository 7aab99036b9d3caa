import type { ApplicationView } from '../../control/api.ts';
import { carryOut } from '../agree.ts';
import { printBlockers } from '../blockers.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import type { Context } from '../context.ts';
import { needsPerson } from '../errors.ts';
import { applicationArgument, environmentOption, reasonOption, yesOption } from '../options.ts';
import { blockersOf, exitCodeOfResults, resultOf, resultView } from '../results.ts';
import { namedApplication } from '../named.ts';
import { showSelector } from '../selection.ts';
import { confirm } from '../terminal/prompt.ts';

export const rotate: CommandDefinition = {
  description: `Lets the templates of an application draw anew. What a chart takes from chance or the clock (\`randAlphaNum\`, \`uuidv4\`, \`genCA\`, \`genSignedCert\`, \`now\` …) is the same in every render, so that nothing drifts and plans keep their digest; it follows from a secret of the installation and a generation that is kept at the target. This moves the generation on, so that all of it is new: renew a certificate, replace a password.

What changes by that goes live like any other change: at once where the environment's policy says \`auto\`, else when somebody agrees. There is no way back to what was drawn before.`,
  arguments: [applicationArgument],
  options: [environmentOption, yesOption, reasonOption, ...whereOptions],
  examples: [
    {
      run: 'fairlead rotate shop@prod --reason "the certificate ends in March"',
      why: 'asks, and shows what changes by it',
    },
    { run: 'fairlead rotate shop@dev --yes', why: 'in a script' },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToRunning(context, input, { write: true });
    const { api } = connection;
    const view = await namedApplication(context, api, input);
    await requireYes(context, view, input.flag('yes'));
    const { application, environment } = view;
    const order = {
      application,
      environment,
      actor: context.actor,
      reason: input.text('reason') ?? `rotated by ${context.actor}`,
    };
    context.progress.status(`rotating ${showSelector(view)}`);
    let hasMoved = false;
    const outcome = await carryOut(
      context,
      async (approve) => {
        if (hasMoved) return api.sync({ ...order, approve, retryQuarantined: false });
        hasMoved = true;
        return api.rotate(order);
      },
      { yes: input.flag('yes'), shown: null },
    );
    context.progress.status(null);
    const result = resultOf(view, outcome);
    context.out.list(resultView, [result]);
    printBlockers(context, blockersOf([result]));
    return exitCodeOfResults([result]);
  },
};

/** @throws FairleadError `cli.needs-person` where nobody says yes */
async function requireYes(context: Context, view: ApplicationView, yes: boolean): Promise<void> {
  const name = showSelector(view);
  if (yes) return;
  if (!context.interactive) {
    throw needsPerson({
      message: `rotating ${name} needs a person's yes`,
      resource: name,
      hint: 'Repeat the command with --yes.',
    });
  }
  const question = `Draw all passwords, keys and certificates of ${context.style.strong(name)} anew?`;
  if (await confirm(context, question)) return;
  throw needsPerson({
    message: `nobody agreed to rotate ${name}`,
    resource: name,
    hint: 'Nothing was changed.',
  });
}
