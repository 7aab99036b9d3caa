import type { ApplicationDetail } from '../../control/api.ts';
import { suggest } from '../../config/suggest.ts';
import { showResource } from '../../model/resource.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import { usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { applicationArgument, environmentOption } from '../options.ts';
import { namedApplication } from '../named.ts';
import { showSelector } from '../selection.ts';
import { visible } from '../terminal/width.ts';

export const logs: CommandDefinition = {
  description: `Prints what the processes of an application wrote, oldest first. Lines of several processes are marked with their names. With --follow it goes on with what they write, until Ctrl-C.`,
  arguments: [
    applicationArgument,
    { usage: '[resource]', description: 'One process only: Process/web, or web' },
  ],
  options: [
    environmentOption,
    { flags: '-f, --follow', description: 'Go on with what is written' },
    {
      flags: '-n, --tail <count>',
      description: 'Begin with so many of the last lines of each',
      default: '200',
    },
    ...whereOptions,
  ],
  examples: [
    { run: 'fairlead logs shop@dev', why: 'all its processes' },
    { run: 'fairlead logs shop@dev Process/web -f --tail 20', why: 'one of them, as it writes' },
  ],
  outputs: ['text', 'json', 'ndjson'],
  run: async (context, input) => {
    await using connection = await connectToRunning(context, input, { look: true });
    const { api } = connection;
    const { application, environment } = await namedApplication(context, api, input);
    const wanted = input.argument('resource');
    const detail = await orAbort(context.signal, api.application({ application, environment }));
    const resource = wanted === null ? null : findResource(detail, wanted);
    const several =
      resource === null &&
      detail.resourceViews.filter((one) => one.id.kind === 'Process').length > 1;
    const ending = AbortSignal.any([context.signal, context.out.closed]);
    const request = {
      application,
      environment,
      resource,
      tail: input.count('tail') ?? 200,
      follow: input.flag('follow'),
    };
    for await (const line of api.logs(request, ending)) {
      context.out.next('LogLine', { application, environment, ...line }, (style) => {
        const text = visible(line.line);
        return several ? `${style.busy(line.resource)} ${style.faint('|')} ${text}` : text;
      });
    }
    context.signal.throwIfAborted();
    return exitCodes.ok;
  },
};

/** The resource as the controller names it. @throws FairleadError `cli.usage` with what was probably meant */
function findResource(detail: ApplicationDetail, wanted: string): string {
  const names = detail.resourceViews.map((one) => showResource(one.id));
  const exact = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (exact !== undefined) return exact;
  const byName = detail.resourceViews.filter((one) => one.id.name === wanted);
  const process = byName.find((one) => one.id.kind === 'Process') ?? byName[0];
  if (process !== undefined) return showResource(process.id);
  const meant = suggest(wanted, names);
  throw usage({
    message: `${showSelector(detail)} has no resource ${wanted}`,
    resource: wanted,
    hint:
      meant === null
        ? `It has ${names.slice(0, 10).join(', ') || 'none'}.`
        : `Did you mean ${meant}?`,
  });
}
