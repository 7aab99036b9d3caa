import type { Api } from '../../control/api.ts';
import { shortDigest } from '../../model/digest.ts';
import type { PlanSet } from '../../model/plan.ts';
import { planAmbiguous, planNotFound } from '../../reconcile/errors.ts';
import { orAbort } from '../abort.ts';
import { printBlockers } from '../blockers.ts';
import type { CommandDefinition } from '../command.ts';
import { connect, whereOf, whereOptions } from '../connect.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { makePlans, valuesOf } from '../plans.ts';
import { blockersOf, exitCodeOfResults, resultOf, resultView } from '../results.ts';
import { showSelector } from '../selection.ts';
import { changesOf } from '../show/counts.ts';
import { showSource } from '../show/source.ts';
import { oneLine } from '../terminal/width.ts';

/** Fewer digits than this could fit another plan by chance. */
const fewestDigits = 8;

export const approve: CommandDefinition = {
  description: `Says yes to the plan with this digest, as \`fairlead plan\` and \`fairlead get\` show it, and confirms the deletes in it. The controller then carries it out. Eight digits are enough where they fit one plan only. The yes is bound to exactly those changes: when something moves, the plan has another digest and waits again.

Given the commit of a source that is held (its history was rewritten), it accepts that commit instead.

Without a controller, inside a checkout, the plan is made anew, must have the digest, and is carried out at once.`,
  arguments: [
    {
      usage: '<digest>',
      description: 'Digest of a waiting plan, or the commit of a held source; 8 digits or more',
      completion: { kind: 'digest' },
    },
  ],
  options: [...whereOptions],
  examples: [
    { run: 'fairlead approve 3f9a1c20b7de', why: 'the plan that `fairlead get` shows as waiting' },
    {
      run: 'fairlead approve 3f9a1c20b7de && fairlead wait site@prod',
      why: 'and wait until it is live and healthy',
    },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson'],
  run: async (context, input) => {
    const digest = input
      .required('digest')
      .replace(/^sha256:/, '')
      .toLowerCase();
    if (!/^[0-9a-f]+$/.test(digest) || digest.length < fewestDigits) {
      throw usage({
        message: `"${input.required('digest')}" is not a digest`,
        hint: `Give at least ${fewestDigits} hexadecimal digits, as \`fairlead get\` shows them.`,
      });
    }
    await using connection = await connect(context, {
      prefer: 'server',
      ...whereOf(input),
      worktree: false,
      write: true,
    });
    const { api } = connection;
    if (await confirmSource(context, api, digest)) return exitCodes.ok;
    if (connection.via === 'checkout') return await carryOutHere(context, api, digest);
    const approved = await orAbort(context.signal, api.approve({ digest, actor: context.actor }));
    context.out.item(
      'Approval',
      { ...approved, actor: context.actor },
      (style) =>
        `${style.good('✓')} ${style.strong(showSelector(approved))}: plan ${shortDigest(approved.digest)} is approved by ${oneLine(context.actor)}; the controller carries it out`,
    );
    return exitCodes.ok;
  },
};

/** Whether the digits are the commit of a held source, which is accepted then. */
async function confirmSource(context: Context, api: Api, digits: string): Promise<boolean> {
  const { sources } = await orAbort(context.signal, api.status());
  const held = sources.find((source) => source.held?.commit.startsWith(digits) === true);
  if (held?.held == null) return false;
  const { commit } = held.held;
  const view = await orAbort(
    context.signal,
    api.confirmSource({ source: held.name, commit, actor: context.actor }),
  );
  context.out.item(
    'Source',
    view,
    (style) => `${style.good('✓')} ${showSource(view)} is now at ${commit.slice(0, 8)}`,
  );
  return true;
}

/** Whether the plan is one of `sync --no-hooks`. */
function goesWithoutHooks(planSet: PlanSet): boolean {
  return changesOf(planSet).some(({ leftOut }) => leftOut === true);
}

async function carryOutHere(context: Context, api: Api, digits: string): Promise<ExitCode> {
  const views = await orAbort(context.signal, api.applications());
  const made = await makePlans(context, api, views, { revision: null });
  const matches = valuesOf(made).filter((planSet) =>
    planSet.digest.slice('sha256:'.length).startsWith(digits),
  );
  const [planSet] = matches;
  if (planSet === undefined) {
    throw planNotFound({
      message: `no plan of this checkout begins with ${digits}`,
      resource: digits,
      hint: 'See the digests with `fairlead plan`; a plan that changed has a new one.',
    });
  }
  if (matches.length > 1) {
    throw planAmbiguous({
      message: `${digits} fits ${matches.map(showSelector).join(' and ')}`,
      resource: digits,
    });
  }
  const { application, environment } = planSet;
  const view = views.find(
    (one) => one.application === application && one.environment === environment,
  );
  if (view === undefined) throw new Error(`${showSelector(planSet)} was planned and is not listed`);
  const request = {
    application,
    environment,
    actor: context.actor,
    reason: '',
    approve: planSet.digest,
    retryQuarantined: false,
    ...(goesWithoutHooks(planSet) && { withoutHooks: true }),
  };
  const result = resultOf(view, await orAbort(context.signal, api.sync(request)));
  context.out.item(resultView.kind, result, (style) => {
    const message = result.message === '' ? '' : ` (${result.message})`;
    return `${style.strong(showSelector(result))}: ${result.outcome ?? result.result}${message}`;
  });
  printBlockers(context, blockersOf([result]));
  return exitCodeOfResults([result]);
}
