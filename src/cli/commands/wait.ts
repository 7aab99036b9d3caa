import type {
  Api,
  ApplicationView,
  ConfigProblemView,
  ControllerStatus,
} from '../../control/api.ts';
import { orAbort } from '../abort.ts';
import { findBlockers, printBlockers, problemBlockers, sourceBlockers } from '../blockers.ts';
import type { CommandDefinition } from '../command.ts';
import { connectServer, isUnread } from '../connect.ts';
import type { Context } from '../context.ts';
import { timedOut } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { namedCommit } from '../named-commit.ts';
import { newestSeq } from '../live.ts';
import { environmentOption, selectionArgument } from '../options.ts';
import { parseSelection, select, showSelector } from '../selection.ts';
import { showRevision } from '../../model/revision.ts';
import { isHealthy, isWell } from '../show/status.ts';
import { warnOfProblems } from '../plans.ts';
import { isError } from '../show/problem.ts';
import { applicationView } from '../show/views.ts';
import type { Blocker } from '../show/blocker.ts';

/** What can be waited for. */
const conditions = ['ready', 'synced', 'healthy', 'waiting', 'removed'] as const;
type Condition = (typeof conditions)[number];

/** Events tell when to look; this is only for what no event tells. */
const lookEveryMs = 2_000;

export const wait: CommandDefinition = {
  description: `Waits until every selected application is as asked, and says what still blocks them if that takes longer than --timeout (code 124). \`ready\` is in sync and healthy; \`waiting\` is that a plan waits for a person; \`removed\` is that nothing is left of it.

With --revision it waits until that very commit is live: what a pipeline wants that has just pushed it. The controller then looks at its sources at once. Where the commit failed for good, or the configuration in it has errors, it ends with 3 at once and says why.`,
  arguments: [selectionArgument],
  options: [
    environmentOption,
    {
      flags: '--for <condition>',
      description: 'What to wait for',
      choices: conditions,
      default: 'ready',
      completion: { kind: 'words', words: conditions },
    },
    {
      flags: '--revision <commit>',
      description:
        'And until this commit is live; inside a checkout also HEAD, or a branch or tag of it',
    },
  ],
  examples: [
    { run: 'fairlead wait site@dev --timeout 5m', why: 'until it is in sync and healthy' },
    {
      run: 'fairlead wait -e prod --revision "$(git rev-parse HEAD)" --timeout 10m',
      why: 'until what was just pushed is live',
    },
    {
      run: 'fairlead wait site@prod --for waiting --timeout 1m',
      why: 'until there is a plan to approve',
    },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    const revision = await namedCommit(context, input.text('revision'));
    await using connection = await connectServer(context);
    const { api } = connection;
    try {
      const { views, failed, broken } = await waitFor(context, api, input, revision);
      context.out.list(applicationView(context.nowMs()), views);
      if (failed.length === 0 && broken.length === 0) return exitCodes.ok;
      printBlockers(context, [...problemBlockers(broken), ...(await findBlockers(api, failed))]);
      return exitCodes.degraded;
    } catch (error) {
      if (context.signal.aborted && context.signal.reason?.code === timedOut.definition.code) {
        await explain(context, input, revision);
      }
      throw error;
    }
  },
};

interface Waited {
  readonly views: readonly ApplicationView[];
  /** Those where the revision that was waited for failed; nothing but another commit or a person changes that. */
  readonly failed: readonly ApplicationView[];
  /** Why the configuration of that revision, or any, is not in force. */
  readonly broken: readonly ConfigProblemView[];
}

async function waitFor(
  context: Context,
  api: Api,
  input: Input,
  revision: string | null,
): Promise<Waited> {
  const condition = conditions.find((one) => one === input.text('for')) ?? 'ready';
  const afterSeq = await orAbort(context.signal, newestSeq(api));
  if (revision !== null) {
    context.progress.status('fetching sources');
    await orAbort(context.signal, api.refresh({ source: null }));
  }
  let isWarned = false;
  let isTold = false;
  const stop = new AbortController();
  const wake = wakeOnEvents(api, afterSeq, AbortSignal.any([context.signal, stop.signal]));
  try {
    for (;;) {
      const status = await orAbort(context.signal, api.status());
      // Before the repository could be read, nothing is known of what there is to wait for.
      if (status.sources.some(isUnread)) {
        context.progress.status('the repository has not been read yet');
        await orAbort(context.signal, wake());
        continue;
      }
      if (!isTold && status.config.problems.some(isError)) {
        isTold = true;
        await warnOfProblems(context, api);
      }
      const views = chosen(await orAbort(context.signal, api.applications()), input, condition);
      const open = views.filter((view) => !holds(view, condition) || !isAt(view, revision));
      const failed = open.filter((view) => revision !== null && failedAt(view, revision));
      if (open.length === failed.length)
        return { views, failed, broken: brokenFor(status, views, revision, condition) };
      if (!isWarned && readOnlyBlockers(status).length > 0) {
        isWarned = true;
        const { style } = context;
        context.progress.important(
          `${style.warn('!')} the controller only watches: ${status.modeReason}`,
        );
      }
      const first = open[0];
      if (first !== undefined) {
        const rest = open.length === 1 ? '' : ` (and ${open.length - 1} more)`;
        context.progress.status(`${showSelector(first)}: ${first.state}, ${first.message}${rest}`);
      }
      await orAbort(context.signal, wake());
    }
  } finally {
    stop.abort();
    context.progress.status(null);
  }
}

/**
 * The errors of the configuration, where nobody may take what was waited for as done because of them: where it is that
 * very commit that is not in force, or where nothing is known of any application.
 */
function brokenFor(
  { config }: ControllerStatus,
  views: readonly ApplicationView[],
  revision: string | null,
  condition: Condition,
): readonly ConfigProblemView[] {
  const isOfCommit = revision !== null && config.commit?.startsWith(revision) === true;
  const isAllUnknown = views.length === 0 && condition !== 'removed';
  return isOfCommit || isAllUnknown ? config.problems.filter(isError) : [];
}

function chosen(
  all: readonly ApplicationView[],
  input: Input,
  condition: Condition,
): readonly ApplicationView[] {
  const names = input.list('selection');
  const environment = input.text('environment');
  if (condition !== 'removed') return select(all, names, environment);
  // What is gone is no longer in the list, which is just what is waited for.
  const wanted = names.map((name) => parseSelection(name, environment));
  return all.filter((view) =>
    wanted.some(
      (one) =>
        one.application === view.application &&
        (one.environment === null || one.environment === view.environment),
    ),
  );
}

function holds(view: ApplicationView, condition: Condition): boolean {
  const settled = view.state === 'synced' || view.state === 'held';
  switch (condition) {
    case 'ready':
      return settled && isWell(view);
    case 'synced':
      return view.sync === 'Synced' && settled;
    case 'healthy':
      return isHealthy(view);
    case 'waiting':
      return view.waiting !== null;
    case 'removed':
      return false;
  }
}

function isAt(view: ApplicationView, revision: string | null): boolean {
  return revision === null || view.revision.some((one) => one.commit.startsWith(revision));
}

function failedAt(view: ApplicationView, revision: string): boolean {
  return view.state === 'failed' && isAt(view, revision);
}

/** A function that resolves with the next event, or after a while. */
function wakeOnEvents(api: Api, afterSeq: number, signal: AbortSignal): () => Promise<void> {
  let news = Promise.withResolvers<void>();
  void (async () => {
    try {
      for await (const _event of api.follow({ afterSeq }, signal)) news.resolve();
    } catch {
      // Then looking every now and then has to do.
    }
  })();
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const later = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, lookEveryMs);
    });
    await Promise.race([news.promise, later]);
    clearTimeout(timer);
    news = Promise.withResolvers<void>();
  };
}

/** That the controller does nothing until somebody lets it: what is not live already will not come by itself. */
function readOnlyBlockers({ mode, modeReason }: ControllerStatus): readonly Blocker[] {
  if (mode === 'active') return [];
  const next = 'fairlead resume --all';
  return [{ application: '-', what: 'read-only', why: modeReason, next }];
}

/** Why it took too long. The signal is spent, so the controller is asked anew. */
async function explain(context: Context, input: Input, revision: string | null): Promise<void> {
  const fresh: Context = { ...context, signal: AbortSignal.timeout(5_000) };
  try {
    await using connection = await connectServer(fresh);
    const status = await connection.api.status();
    const { sources } = status;
    if (sources.some(isUnread)) {
      printBlockers(context, sourceBlockers(sources, status.nowMs, isUnread));
      return;
    }
    const condition = conditions.find((one) => one === input.text('for')) ?? 'ready';
    const views = chosen(await connection.api.applications(), input, condition);
    const open = views.filter((view) => !holds(view, condition) || !isAt(view, revision));
    const behind = open.filter((view) => holds(view, condition));
    printBlockers(context, [
      ...readOnlyBlockers(status),
      ...behind.map((view) => ({
        application: showSelector(view),
        what: 'the revision',
        why: `it runs ${showRevision(view.revision)}; no source has given ${revision?.slice(0, 8)} to it`,
        next: 'fairlead get sources',
      })),
      ...(await findBlockers(
        connection.api,
        open.filter((view) => !holds(view, condition)),
      )),
    ]);
  } catch {
    // The controller has gone, too; the timeout is what counts.
  }
}
