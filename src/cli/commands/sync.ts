import type { Api, ApplicationView } from '../../control/api.ts';
import type { PlanSet } from '../../model/plan.ts';
import { carryOut } from '../agree.ts';
import { orAbort } from '../abort.ts';
import { exitCodeOfSources, findBlockers, printBlockers, sourceBlockers } from '../blockers.ts';
import type { CommandDefinition } from '../command.ts';
import { checkoutOptions, connect, whereOf } from '../connect.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { listen } from '../live.ts';
import {
  environmentOption,
  noChecksOption,
  noHooksOption,
  reasonOption,
  selectionArgument,
  takeOverOption,
  yesOption,
} from '../options.ts';
import { isTaken, makePlans, reportFailures, selected } from '../plans.ts';
import { blockersOf, exitCodeOfResults, isAwaiting, resultOf, resultView } from '../results.ts';
import type { Result } from '../results.ts';
import { showSelector } from '../selection.ts';
import { changesOf } from '../show/counts.ts';
import { showEventLine } from '../show/event-line.ts';
import { showPlan, withYes } from '../show/plan.ts';
import { isError } from '../show/problem.ts';
import { writePlans } from './plan.ts';

export const sync: CommandDefinition = {
  description: `Plans like \`fairlead plan\`, shows the plans, and carries them out as far as policy lets it. Where a plan needs a person (the environment's policy, deletes of data, removal of an application) it asks; deletes are agreed to by typing the application's name. With --yes you agree to the plans that are shown. Where an application is removed and one of its delete hooks fails for ever, --no-hooks goes on without all of them; the plan names each, a person agrees to that plan, and the history keeps both. Without a terminal or with --no-input it refuses with code 7 and names the \`fairlead approve\` command.

Inside a checkout it works from HEAD and needs no controller; if one runs on the same state folder, use --server: two must not write at once. The server fetches its sources first.`,
  arguments: [selectionArgument],
  options: [
    environmentOption,
    yesOption,
    reasonOption,
    { flags: '--dry-run', description: 'Show the plans only' },
    {
      ...noChecksOption,
      description: 'With --dry-run: start no program that a manifest names',
    },
    { flags: '--retry', description: 'Try again also what failed before and is remembered as bad' },
    noHooksOption,
    { flags: '--full', description: 'Show text differences whole' },
    takeOverOption,
    ...checkoutOptions,
  ],
  examples: [
    { run: 'fairlead sync site@dev', why: 'one application, from HEAD of this checkout' },
    {
      run: 'fairlead sync --server -e prod --yes --reason "release 1.4"',
      why: 'all of prod, by the controller, in a script',
    },
    {
      run: 'fairlead sync shop@dev --no-hooks --reason "its backup is gone for good"',
      why: 'removed from Git, and its PreDelete hook fails for ever: go on without, after a yes',
    },
    {
      run: 'fairlead sync --no-input || fairlead get',
      why: 'in CI: 7 means that a person has to agree',
    },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    const checks = input.flag('checks');
    if (!checks && !input.flag('dryRun')) {
      throw usage({
        message: '--no-checks is for plans; what is carried out asks its checks',
        hint: 'Add --dry-run, or leave --no-checks out.',
      });
    }
    await using connection = await connect(context, {
      prefer: 'checkout',
      ...whereOf(input),
      worktree: input.flag('worktree'),
      write: !input.flag('dryRun'),
      takeOver: input.flag('takeOver'),
    });
    const { api } = connection;
    if (connection.via === 'server') {
      context.progress.status('fetching sources');
      await orAbort(context.signal, api.refresh({ source: null }));
    }
    const views = await selected(context, api, input);
    const plans = await makePlans(context, api, views, {
      revision: null,
      hooks: input.flag('hooks'),
      checks,
    });
    if (input.flag('dryRun')) {
      await writePlans(context, api, plans, { full: input.flag('full'), all: false });
      return await reportFailures(context, api, plans);
    }
    const agreed = input.flag('yes') ? withYes : undefined;
    const shown = new Map<string, PlanSet>();
    for (const plan of plans) {
      if (plan.kind === 'failed' || changesOf(plan.value).length === 0) continue;
      shown.set(showSelector(plan.view), plan.value);
      context.progress.line(
        `${showPlan(plan.value, { style: context.style, width: context.progress.width, full: input.flag('full'), agreed })}\n`,
      );
    }
    return await syncAll(context, api, views, shown, input);
  },
};

async function syncAll(
  context: Context,
  api: Api,
  views: readonly ApplicationView[],
  shown: ReadonlyMap<string, PlanSet>,
  input: Input,
): Promise<ExitCode> {
  const names = new Set(views.map(showSelector));
  await using listener = await listen(api, context.signal, (event) => {
    if (event.type !== 'release.step' && event.type !== 'release.started') return;
    if (names.has(`${event.application}@${event.environment}`))
      context.progress.line(showEventLine(event, context.style, context.progress.width));
  });
  context.progress.status(
    `syncing ${views.length === 1 ? [...names].join('') : `${views.length} applications`}`,
  );
  const request = (view: ApplicationView) => (approve: string | null) =>
    api.sync({
      application: view.application,
      environment: view.environment,
      actor: context.actor,
      reason: input.text('reason') ?? '',
      approve,
      retryQuarantined: input.flag('retry'),
      ...(input.flag('hooks') ? {} : { withoutHooks: true }),
    });
  const results = await inTurns(context, views, async (view, ask) =>
    carryOut(ask ? context : { ...context, interactive: false }, request(view), {
      yes: input.flag('yes'),
      shown: shown.get(showSelector(view)) ?? null,
    }),
  ).catch(async (error: unknown) => {
    if (context.signal.aborted) printBlockers(context, await findBlockers(api, views));
    throw error;
  });
  context.progress.status(null);
  await listener.drain();
  context.out.list(resultView, results);
  const { config, sources, nowMs } = await orAbort(context.signal, api.status());
  // What runs may be well, but it is not what the branch says.
  const used = new Set(views.flatMap(({ revision }) => revision.map(({ source }) => source)));
  const behind = sources.filter(
    ({ name, held, failing }) => (held ?? failing) !== null && (name === '' || used.has(name)),
  );
  printBlockers(context, [
    ...sourceBlockers(sources, nowMs, (source) => behind.includes(source)),
    ...blockersOf(results),
  ]);
  // Somebody who has to agree, or something that is not healthy, is told by the table; an error counts more.
  if (config.problems.some(isError)) return exitCodes.error;
  const code = exitCodeOfResults(results);
  return code === exitCodes.ok ? (exitCodeOfSources(behind) ?? code) : code;
}

/**
 * All at once as far as nobody has to be asked; then the questions, one after the other. What waited for another
 * application is tried again when others have got further, until nothing moves any more.
 */
async function inTurns(
  context: Context,
  views: readonly ApplicationView[],
  run: (view: ApplicationView, ask: boolean) => ReturnType<typeof carryOut>,
): Promise<readonly Result[]> {
  const results = new Map<string, Result>();
  let left = views;
  for (let ask = false; left.length > 0;) {
    const round = ask
      ? await oneByOne(left, async (view) => resultOf(view, await run(view, true)))
      : await Promise.all(left.map(async (view) => resultOf(view, await run(view, false))));
    for (const result of round) results.set(showSelector(result), result);
    const moved = round.some((result) => result.result === 'released');
    const canMove = (result: Result | undefined): boolean =>
      (result?.result === 'blocked' && moved && mayBeGiven(result)) ||
      (result?.result === 'waiting' && !ask && context.interactive);
    left = left.filter((view) => canMove(results.get(showSelector(view))));
    ask = !ask && left.some((view) => results.get(showSelector(view))?.result === 'waiting');
  }
  return views.flatMap((view) => results.get(showSelector(view)) ?? []);
}

/** Whether what blocks it may be over when others have got further: it waited for them, or one of them owned what it wants. */
function mayBeGiven(result: Result): boolean {
  const { error } = result;
  return error === null || isAwaiting(result) || isTaken(error);
}

async function oneByOne<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
