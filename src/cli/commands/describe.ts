import type { Api } from '../../control/api.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { environmentOption } from '../options.ts';
import { selectOne } from '../selection.ts';
import { describeApplication } from '../show/application.ts';
import { describeRelease } from '../show/release.ts';

const recentReleases = 5;

export const describe: CommandDefinition = {
  description: `Shows one application in one environment with everything that is known: state and the reason for it, what blocks it and the next step, every resource, the plan that waits, and the last releases. Or one release, with its plan and every step: \`fairlead describe ID\`.`,
  arguments: [
    {
      usage: '<name>',
      description:
        'APP@ENVIRONMENT, APP where it has one environment, or the ID of a release (release/ID where an application is called the same)',
      completion: { kind: 'application' },
    },
  ],
  options: [
    environmentOption,
    { flags: '--full', description: 'Show text differences of the plan whole' },
    ...whereOptions,
  ],
  examples: [
    { run: 'fairlead describe site@dev', why: 'why is it as it is, and what next?' },
    {
      run: 'fairlead describe release/$(fairlead history site@dev -n 1 -o name)',
      why: 'the last release, step by step',
    },
  ],
  outputs: ['text', 'json', 'yaml'],
  run: async (context, input) => {
    await using connection = await connectToRunning(context, input, { look: true });
    const { api } = connection;
    const name = input.required('name');
    const options = { nowMs: context.nowMs(), width: context.out.width, full: input.flag('full') };
    const id = await releaseIdOf(context, api, name);
    if (id !== null) {
      const release = await orAbort(context.signal, api.release(id));
      context.out.item('Release', release, (style) =>
        describeRelease(release, { ...options, style }),
      );
      return exitCodes.ok;
    }
    await showApplication(context, api, name, input.text('environment'), options);
    return exitCodes.ok;
  },
};

/** `release/ID`, or an ID that no application is called; `null`: it names an application. */
async function releaseIdOf(context: Context, api: Api, name: string): Promise<string | null> {
  if (name.startsWith('release/')) return name.slice('release/'.length);
  const [application] = name.split('@');
  const views = await orAbort(context.signal, api.applications());
  if (views.some((view) => view.application === application)) return null;
  const releases = await orAbort(context.signal, api.releases({ limit: 1_000 }));
  const matches = releases.filter(({ id }) => name.length >= 4 && id.startsWith(name));
  return matches.length === 1 ? (matches[0]?.id ?? null) : null;
}

async function showApplication(
  context: Context,
  api: Api,
  name: string,
  environment: string | null,
  options: { readonly nowMs: number; readonly width: number | null; readonly full: boolean },
): Promise<void> {
  const view = selectOne(await orAbort(context.signal, api.applications()), name, environment);
  const key = { application: view.application, environment: view.environment };
  const detail = await orAbort(context.signal, api.application(key));
  const releases = await orAbort(context.signal, api.releases({ ...key, limit: recentReleases }));
  context.out.item('ApplicationDetail', { ...detail, releases }, (style) =>
    describeApplication(detail, releases, { ...options, style }),
  );
}
