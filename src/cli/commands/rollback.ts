import type { Api, ApplicationView } from '../../control/api.ts';
import type { PlanSet } from '../../model/plan.ts';
import type { Release } from '../../model/release.ts';
import { shortCommit, showRevision } from '../../model/revision.ts';
import { nothingToRollBackTo } from '../../reconcile/errors.ts';
import { earlierRelease } from '../../release/earlier.ts';
import { orAbort } from '../abort.ts';
import { agree } from '../agree.ts';
import { printBlockers } from '../blockers.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, requireCheckout, whereOptions } from '../connect.ts';
import type { Context } from '../context.ts';
import { needsPerson, usage } from '../errors.ts';
import { showTime } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { listen } from '../live.ts';
import { applicationArgument, environmentOption, reasonOption, yesOption } from '../options.ts';
import { blockersOf, exitCodeOfResults, resultOf, resultView } from '../results.ts';
import { prepareRevert } from '../revert.ts';
import { namedApplication } from '../named.ts';
import { showSelector } from '../selection.ts';
import { changesOf, isDestructive } from '../show/counts.ts';
import { showEventLine } from '../show/event-line.ts';
import { approveCommand, showPlan, withYes } from '../show/plan.ts';

export const rollback: CommandDefinition = {
  description: `Takes an application to an earlier state and keeps it there: until \`fairlead resume\`, new commits do not change it, drift is healed to the old state, and every list shows it as held. Without --to it goes to the release before the current one. The plan is shown first and asked about; --yes agrees to it.

An application with several sources goes back in all of them, to what a release had of each. A commit, branch or tag is looked up in the source with its path, and the others are taken as they are now; the plan names the state of each.

With --commit the way back is also written to Git: a commit in this checkout that restores the application's folder as it was. Push it, then \`fairlead resume\`.`,
  arguments: [applicationArgument],
  options: [
    environmentOption,
    {
      flags: '--to <state>',
      description: 'A release (see `fairlead history`), commit, branch or tag',
    },
    reasonOption,
    {
      flags: '--for <duration>',
      description: 'Go forward again by itself after this long (default: only when resumed)',
    },
    yesOption,
    { flags: '--commit', description: 'Also commit the old state of its folder in this checkout' },
    ...whereOptions,
  ],
  examples: [
    {
      run: 'fairlead rollback site@prod --reason "500s since 1.4"',
      why: 'to the release before, after a look at the plan',
    },
    {
      run: 'fairlead rollback site@prod --to v1.3.2 --for 12h --yes',
      why: 'to a tag, for half a day',
    },
    {
      run: 'fairlead rollback site@prod --commit',
      why: 'and write it to Git, so that it can be reviewed',
    },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    const checkout = input.flag('commit') ? await requireCheckout(context) : null;
    await using connection = await connectToRunning(context, input, { write: true });
    const { api } = connection;
    const view = await namedApplication(context, api, input);
    const target = await findTarget(context, api, view, input.text('to'));
    const { application, environment } = view;
    const planSet = await orAbort(
      context.signal,
      api.plan({ application, environment, revision: target.to, rollback: true }),
    );
    context.progress.important(
      `${context.style.strong(showSelector(view))} goes to ${target.words}`,
    );
    context.progress.important(
      showPlan(planSet, {
        style: context.style,
        width: context.progress.width,
        agreed: input.flag('yes') ? withYes : undefined,
      }),
    );
    const revert =
      checkout === null
        ? null
        : await prepareRevert(context, {
            checkout,
            view,
            commit: target.commit,
            others: otherSources(view, planSet),
            reason: input.text('reason') ?? '',
          });
    await requireYes(context, planSet, input.flag('yes'));
    const code = await carryOut(context, api, view, planSet, target.to, input);
    if (code === exitCodes.ok) await revert?.();
    return code;
  },
};

interface RollbackTarget {
  /** As the controller takes it. */
  readonly to: string;
  /** In the source with the application's path. */
  readonly commit: string;
  readonly words: string;
}

async function findTarget(
  context: Context,
  api: Api,
  view: ApplicationView,
  to: string | null,
): Promise<RollbackTarget> {
  const { application, environment } = view;
  const history = await orAbort(
    context.signal,
    api.releases({ application, environment, limit: 1_000 }),
  );
  if (to === null) {
    const earlier = earlierRelease(history);
    if (earlier !== null) return ofRelease(earlier);
    const name = showSelector(view);
    throw nothingToRollBackTo({
      message: `${name} has no earlier release on another revision`,
      resource: name,
    });
  }
  const matches = history.filter((one) => one.id.startsWith(to));
  const [release] = matches;
  if (release !== undefined && (matches.length === 1 || release.id === to))
    return ofRelease(release);
  // A short word may begin several release ids; it is then taken for what it is in Git.
  return { to, commit: to, words: to };
}

function ofRelease(release: Release): RollbackTarget {
  const commit = release.revision[0]?.commit;
  if (commit === undefined) {
    throw usage({
      message: `release ${release.id} has no revision to go back to`,
      hint: 'Name one that succeeded; see `fairlead history`.',
    });
  }
  const when = showTime(release.startedAtMs);
  return { to: release.id, commit, words: `${showRevision(release.revision)}, released ${when}` };
}

/** Sources beside that with its path which are another state now than what is gone back to. */
function otherSources(view: ApplicationView, { revision }: PlanSet): readonly string[] {
  const now = new Map(view.revision.map(({ source, commit }) => [source, commit]));
  return revision
    .slice(1)
    .filter(({ source, commit }) => now.get(source) !== commit)
    .map(({ source }) => source);
}

/** @throws FairleadError `cli.needs-person` where nobody says yes */
async function requireYes(context: Context, planSet: PlanSet, yes: boolean): Promise<void> {
  if (yes || changesOf(planSet).length === 0) return;
  if (!context.interactive) {
    throw needsPerson({
      message: `a rollback of ${showSelector(planSet)} needs a person's yes`,
      resource: showSelector(planSet),
      hint: 'Look at the plan and repeat the command with --yes.',
    });
  }
  const what = isDestructive(planSet) ? 'would lose what is deleted' : 'would go back';
  if (await agree(context, planSet, what)) return;
  throw needsPerson({
    message: `nobody agreed to the rollback of ${showSelector(planSet)}`,
    resource: showSelector(planSet),
    hint: 'Nothing was changed.',
  });
}

async function carryOut(
  context: Context,
  api: Api,
  view: ApplicationView,
  planSet: PlanSet,
  to: string,
  input: Input,
): Promise<ExitCode> {
  const name = showSelector(view);
  await using listener = await listen(api, context.signal, (event) => {
    if (event.type !== 'release.step') return;
    if (`${event.application}@${event.environment}` === name)
      context.progress.line(showEventLine(event, context.style, context.progress.width));
  });
  const lasts = input.duration('for');
  context.progress.status(`rolling back ${name}`);
  const outcome = await orAbort(
    context.signal,
    api.rollback({
      application: view.application,
      environment: view.environment,
      to,
      actor: context.actor,
      reason: input.text('reason') ?? `rollback by ${context.actor}`,
      expiresAtMs: lasts === null ? null : context.nowMs() + lasts,
      approve: planSet.digest,
    }),
  );
  context.progress.status(null);
  await listener.drain();
  const result = resultOf(view, outcome);
  context.out.list(resultView, [result]);
  printBlockers(context, blockersOf([result]));
  if (outcome.kind === 'waiting') {
    context.progress.important(
      `the plan has changed since it was shown; agree with: ${approveCommand(outcome.plan)}`,
    );
  }
  const commit = planSet.revision[0]?.commit;
  const stays = `${name} stays at ${commit === undefined ? to : shortCommit(commit)}${lasts === null ? '' : ' for now'}`;
  context.progress.line(
    `${stays}; go forward again with: ${context.style.command(`fairlead resume ${name}`)}`,
  );
  return exitCodeOfResults([result]);
}
