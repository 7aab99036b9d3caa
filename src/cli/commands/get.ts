import type { Api, ApplicationView } from '../../control/api.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { newestSeq } from '../live.ts';
import { environmentOption } from '../options.ts';
import { warnOfProblems } from '../plans.ts';
import { byReleaseOrder, select, showSelector } from '../selection.ts';
import {
  environmentRows,
  environmentView,
  projectRows,
  projectView,
  targetRows,
  targetView,
} from '../show/places.ts';
import { isHealthy } from '../show/status.ts';
import { applicationView, holdView, releaseView, sourceView } from '../show/views.ts';

/** What can be listed, with the short forms that are understood. */
const nouns = {
  applications: ['application', 'apps', 'app'],
  sources: ['source'],
  environments: ['environment', 'envs', 'env'],
  targets: ['target'],
  projects: ['project'],
  releases: ['release'],
  holds: ['hold'],
} as const;

type Noun = keyof typeof nouns;

const nounWords = Object.keys(nouns) as readonly Noun[];

export const get: CommandDefinition = {
  description: `Lists applications with their state, or what else is named. Names after the noun choose among them; \`fairlead get site\` is short for \`fairlead get applications site\`. Asks the controller, or looks for itself inside a checkout when none runs.`,
  arguments: [
    {
      usage: '[what]',
      description: `${nounWords.join(', ')}, or the name of an application; none means applications`,
      completion: { kind: 'application-or', words: nounWords },
    },
    { usage: '[names...]', description: 'Only these', completion: { kind: 'application' } },
  ],
  options: [
    environmentOption,
    {
      flags: '-w, --watch',
      description: 'Go on: a line for each application that changes, until Ctrl-C',
    },
    { flags: '--problems', description: 'Only applications that are not in sync or not healthy' },
    { flags: '--exit-code', description: 'End with 3 when an application is not healthy' },
    ...whereOptions,
  ],
  examples: [
    { run: 'fairlead get', why: 'all applications' },
    { run: 'fairlead get -e prod --problems -o wide', why: 'what needs a look in prod' },
    { run: 'fairlead get sources', why: 'which repositories are followed, and how they are' },
    {
      run: 'fairlead get applications -o name | xargs -n 1 fairlead wait',
      why: 'names for other commands',
    },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    const what = input.argument('what');
    const noun = what === null ? 'applications' : nounOf(what);
    const names =
      noun === null && what !== null ? [what, ...input.list('names')] : input.list('names');
    await using connection = await connectToRunning(context, input, { look: true });
    const { api } = connection;
    await warnOfProblems(context, api);
    switch (noun) {
      case null:
      case 'applications':
        return await listApplications(context, api, names, input);
      case 'sources': {
        const { sources } = await orAbort(context.signal, api.status());
        list(context, sourceView(context.nowMs()), sources, names);
        return exitCodes.ok;
      }
      case 'environments':
      case 'targets':
      case 'projects': {
        const { declared } = await orAbort(context.signal, api.status());
        const views = await orAbort(context.signal, api.applications());
        if (noun === 'targets')
          list(context, targetView(context.nowMs()), targetRows(declared, views), names);
        else {
          const [view, rowsOf] = places[noun];
          list(context, view, rowsOf(declared, views), names);
        }
        return exitCodes.ok;
      }
      case 'releases':
        list(
          context,
          releaseView(context.nowMs()),
          await orAbort(context.signal, api.releases({ limit: 50 })),
          names,
        );
        return exitCodes.ok;
      case 'holds': {
        const views = await orAbort(context.signal, api.applications());
        const holds = select(views, names, input.text('environment')).flatMap(
          (view) => view.hold ?? [],
        );
        list(context, holdView(context.nowMs()), holds, []);
        return exitCodes.ok;
      }
    }
  },
};

const places = {
  environments: [environmentView, environmentRows],
  projects: [projectView, projectRows],
} as const;

function nounOf(word: string): Noun | null {
  for (const [noun, others] of Object.entries(nouns)) {
    if (word === noun || (others as readonly string[]).includes(word)) return noun as Noun;
  }
  return null;
}

function list<T>(
  context: Context,
  view: Parameters<typeof context.out.list<T>>[0],
  items: readonly T[],
  names: readonly string[],
): void {
  const chosen =
    names.length === 0
      ? items
      : items.filter((item) => names.some((name) => view.name(item).startsWith(name)));
  if (chosen.length === 0) context.progress.line(`no ${view.kind.toLowerCase()} found`);
  context.out.list(view, chosen);
}

async function listApplications(
  context: Context,
  api: Api,
  names: readonly string[],
  input: Input,
): Promise<ExitCode> {
  const { declared } = await orAbort(context.signal, api.status());
  const inOrder = byReleaseOrder(declared);
  const look = async (): Promise<readonly ApplicationView[]> => {
    const all = await orAbort(context.signal, api.applications());
    const chosen = select(all, names, input.text('environment')).toSorted(inOrder);
    return input.flag('problems')
      ? chosen.filter((view) => view.sync !== 'Synced' || !isHealthy(view))
      : chosen;
  };
  const afterSeq = input.flag('watch') ? await orAbort(context.signal, newestSeq(api)) : 0;
  let views = await look();
  if (views.length === 0) {
    context.progress.line(input.flag('problems') ? 'no problems' : 'no applications');
  }
  context.out.list(applicationView(context.nowMs()), views);
  if (input.flag('watch')) {
    const ending = AbortSignal.any([context.signal, context.out.closed]);
    const seen = new Map(views.map((view) => [showSelector(view), JSON.stringify(view)]));
    for await (const _event of api.follow({ afterSeq }, ending)) {
      views = await look();
      const changed = views.filter((view) => seen.get(showSelector(view)) !== JSON.stringify(view));
      for (const view of changed) seen.set(showSelector(view), JSON.stringify(view));
      if (changed.length > 0) context.out.list(applicationView(context.nowMs()), changed);
    }
    context.signal.throwIfAborted();
  }
  return input.flag('exitCode') && views.some((view) => !isHealthy(view))
    ? exitCodes.degraded
    : exitCodes.ok;
}
