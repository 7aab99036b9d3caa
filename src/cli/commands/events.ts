import type { Api } from '../../control/api.ts';
import type { FairleadEvent } from '../../model/event.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { newestSeq } from '../live.ts';
import { environmentOption } from '../options.ts';
import { parseSelection, select } from '../selection.ts';
import { showEventWithTime } from '../show/event-line.ts';
import { eventView } from '../show/views.ts';

const page = 1_000;

export const events: CommandDefinition = {
  description: `Lists what happened, oldest first: commits, drift, plans that wait, releases step by step, holds, outages. With --follow it goes on with what happens, until Ctrl-C. \`-o ndjson\` gives one event a line, for scripts; readers should ignore types that they do not know.`,
  arguments: [
    {
      usage: '[application]',
      description: 'APP or APP@ENVIRONMENT; none means all, and what concerns no application too',
      completion: { kind: 'application' },
    },
  ],
  options: [
    environmentOption,
    { flags: '-f, --follow', description: 'Go on with what happens' },
    { flags: '-n, --tail <count>', description: 'Begin with so many of the newest', default: '50' },
    { flags: '--since <duration>', description: 'Only what happened in the last 10m, 2h …' },
    { flags: '--type <prefix>', description: 'Only this type (release.ended) or family (release)' },
    ...whereOptions,
  ],
  examples: [
    { run: 'fairlead events -f', why: 'watch everything' },
    { run: 'fairlead events site@prod --since 2h', why: 'what happened there lately' },
    { run: 'fairlead events -f --type release.ended -o ndjson', why: 'feed a script' },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToRunning(context, input);
    const { api } = connection;
    const name = input.argument('application');
    const environment = input.text('environment');
    const chosen = name === null ? null : parseSelection(name, environment);
    const type = input.text('type');
    const since = input.duration('since');
    const fromMs = since === null ? 0 : context.nowMs() - since;
    const wanted = (event: FairleadEvent): boolean =>
      (chosen === null || event.application === chosen.application) &&
      ((chosen?.environment ?? environment) === null ||
        event.environment === (chosen?.environment ?? environment)) &&
      (type === null || event.type === type || event.type.startsWith(`${type}.`)) &&
      event.atMs >= fromMs;

    const newest = await orAbort(context.signal, newestSeq(api));
    const tail = input.count('tail') ?? 50;
    const past = await lastWanted(context, api, newest, tail, wanted);
    if (!input.flag('follow')) {
      // What was removed still has events; only a name that never was is an error.
      if (past.length === 0 && name !== null)
        select(await orAbort(context.signal, api.applications()), [name], environment);
      if (past.length === 0) context.progress.line('no events');
      context.out.list(eventView, past);
      return exitCodes.ok;
    }
    const show = (event: FairleadEvent): void =>
      context.out.next('Event', event, (style) =>
        showEventWithTime(event, style, context.out.width),
      );
    for (const event of past) show(event);
    const ending = AbortSignal.any([context.signal, context.out.closed]);
    for await (const event of api.follow({ afterSeq: newest }, ending))
      if (wanted(event)) show(event);
    context.signal.throwIfAborted();
    return exitCodes.ok;
  },
};

/** The last `count` events that are wanted, oldest first; goes back page by page as far as needed. */
async function lastWanted(
  context: Context,
  api: Api,
  newest: number,
  count: number,
  wanted: (event: FairleadEvent) => boolean,
): Promise<readonly FairleadEvent[]> {
  let found: readonly FairleadEvent[] = [];
  for (let end = newest; end > 0 && found.length < count; end -= page) {
    const afterSeq = Math.max(0, end - page);
    const events = await orAbort(context.signal, api.events({ afterSeq, limit: page }));
    const here = events.filter((event) => event.seq <= end);
    // Older ones were dropped: nothing lies further back.
    if (here.length === 0) break;
    found = [...here.filter(wanted), ...found];
  }
  return count === 0 ? [] : found.slice(-count);
}
