import { releaseOutcomes } from '../../model/release.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import { environmentOption } from '../options.ts';
import { parseSelection, select } from '../selection.ts';
import { releaseView } from '../show/views.ts';

export const history: CommandDefinition = {
  description: `Lists releases, newest first: which plan was carried out where, at which revision, by whom and why, and how it ended. \`fairlead describe release/ID\` shows one with its plan and every step; \`fairlead rollback --to ID\` goes back to one. Tests that were run on demand are no releases; they are in \`fairlead events\`.`,
  arguments: [
    {
      usage: '[application]',
      description: 'APP or APP@ENVIRONMENT; none means all',
      completion: { kind: 'application' },
    },
  ],
  options: [
    environmentOption,
    { flags: '-n, --limit <count>', description: 'At most so many', default: '20' },
    {
      flags: '--outcome <outcome>',
      description: 'Only those that ended like this',
      choices: releaseOutcomes,
      completion: { kind: 'words', words: releaseOutcomes },
    },
    ...whereOptions,
  ],
  examples: [
    { run: 'fairlead history site@prod', why: 'what happened to prod' },
    {
      run: 'fairlead history -n 100 --outcome failed -o wide',
      why: 'what went wrong lately, anywhere',
    },
    { run: 'fairlead history site@prod -n 1 -o name', why: 'the id of the last release' },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToRunning(context, input);
    const { api } = connection;
    const name = input.argument('application');
    const environment = input.text('environment');
    const chosen =
      name === null ? { application: null, environment } : parseSelection(name, environment);
    const outcome = releaseOutcomes.find((one) => one === input.text('outcome'));
    const releases = await orAbort(
      context.signal,
      api.releases({
        ...(chosen.application === null ? {} : { application: chosen.application }),
        ...(chosen.environment === null ? {} : { environment: chosen.environment }),
        ...(outcome === undefined ? {} : { outcome }),
        limit: Math.min(Math.max(input.count('limit') ?? 20, 1), 10_000),
      }),
    );
    // What was removed still has a history; only a name that never was is an error.
    if (releases.length === 0 && name !== null)
      select(await api.applications(), [name], environment);
    if (releases.length === 0) context.progress.line('no releases');
    context.out.list(releaseView(context.nowMs()), releases);
    return exitCodes.ok;
  },
};
