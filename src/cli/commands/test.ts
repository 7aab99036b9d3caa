import type { TestResult } from '../../control/api.ts';
import { showResource } from '../../model/resource.ts';
import { showRevision } from '../../model/revision.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectToRunning, whereOptions } from '../connect.ts';
import type { Context } from '../context.ts';
import { showDuration } from '../duration.ts';
import { exitCodes } from '../exit-codes.ts';
import { namedApplication } from '../named.ts';
import { applicationArgument, environmentOption, reasonOption } from '../options.ts';
import type { View } from '../output.ts';
import { showSelector } from '../selection.ts';
import { visible } from '../terminal/width.ts';

export const test: CommandDefinition = {
  description: `Runs the tests of an application (\`helm.sh/hook: test\`) against what is live, as \`helm test\` does: by their weight, one after the other until one fails. They are those of the newest commit where what it says is live, else those of the revision that was released last. Nothing is released, and a test that fails takes nothing back. It ends with 0 when all passed, with 3 when one failed, and with 5 where there are none.

The output of what failed is printed; --logs prints that of all. What a test made is there until it runs again, unless its \`helm.sh/hook-delete-policy\` says otherwise, and goes with the application. With \`helm: {tests: true}\` the tests are part of each release as well.`,
  arguments: [applicationArgument],
  options: [
    environmentOption,
    { flags: '--logs', description: 'Print the output of tests that passed, too' },
    {
      flags: '-y, --yes',
      description: 'Agree to the deletion of what another tool has left under the name of a test',
    },
    reasonOption,
    ...whereOptions,
  ],
  examples: [
    { run: 'fairlead test shop@dev', why: 'all of its tests, with the output of one that fails' },
    {
      run: 'fairlead wait shop@qa && fairlead test shop@qa',
      why: 'in a script: once it is live and healthy',
    },
    {
      run: 'fairlead test shop@qa -o json | jq -r ".items[].result"',
      why: 'for a program; the items hold message and output, too',
    },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    await using connection = await connectToRunning(context, input, { write: true });
    const { api } = connection;
    const view = await namedApplication(context, api, input);
    const { application, environment } = view;
    context.progress.status(`testing ${showSelector(view)}`);
    const { tests, revision } = await orAbort(
      context.signal,
      api.test({
        application,
        environment,
        actor: context.actor,
        reason: input.text('reason') ?? '',
        displace: input.flag('yes'),
        logs: input.flag('logs'),
      }),
    );
    context.progress.status(null);
    const at = { application, environment, revision: showRevision(revision) };
    context.out.list(
      testView,
      tests.map((one) => ({ ...at, ...one })),
    );
    if (!context.out.structured && context.out.format !== 'name') printLogs(context, tests);
    return tests.every(({ result }) => result === 'passed') ? exitCodes.ok : exitCodes.degraded;
  },
};

interface Shown extends TestResult {
  readonly application: string;
  readonly environment: string;
  readonly revision: string;
}

const tones = { passed: 'good', failed: 'bad', 'not-run': 'faint' } as const;

const testView: View<Shown> = {
  kind: 'TestResult',
  name: ({ id }) => showResource(id),
  columns: [
    { header: 'TEST', cell: ({ id }) => showResource(id) },
    {
      header: 'RESULT',
      cell: ({ result }, style) => ({ text: result, paint: style[tones[result]] }),
    },
    { header: 'TOOK', cell: ({ tookMs }) => (tookMs === null ? '-' : showDuration(tookMs)) },
    { header: 'TARGET', cell: ({ target }) => target, wide: true },
    { header: 'REVISION', cell: ({ revision }) => revision, wide: true },
    { header: 'MESSAGE', cell: ({ message }) => message, flexible: true },
  ],
};

function printLogs({ out }: Context, tests: readonly TestResult[]): void {
  for (const { id, logs, result } of tests) {
    const name = showResource(id);
    if (logs.length > 0) {
      const lines = logs.map((line) => `  ${visible(line)}`);
      out.text(['', out.style.strong(`Output of ${name}:`), ...lines].join('\n'));
    } else if (result === 'failed') out.text(`\n${out.style.faint(`${name} has no output.`)}`);
  }
}
