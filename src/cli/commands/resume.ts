import type { Hold, InventoryKey } from '../../model/inventory.ts';
import { unreachable } from '../../control/errors.ts';
import { FairleadError } from '../../model/error.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import { connectServer } from '../connect.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { findLedgers, serverOrLedgers } from '../ledgers.ts';
import { environmentOption } from '../options.ts';
import { oneLine } from '../terminal/width.ts';
import { selectOne, showSelector } from '../selection.ts';

export const resume: CommandDefinition = {
  description: `Ends a hold or a rollback of one application; it then goes to what Git says, as far as policy lets it.

With --all a controller that only watches begins to act: after a lost or restored state folder it shows with \`fairlead plan --server\` what it would do, and waits for this. Holds of single applications stay.`,
  arguments: [
    {
      usage: '[application]',
      description: 'APP@ENVIRONMENT; APP is enough where it has one environment',
      completion: { kind: 'application' },
    },
  ],
  options: [environmentOption, { flags: '--all', description: 'Let a read-only controller act' }],
  examples: [
    { run: 'fairlead resume site@prod', why: 'end its hold or rollback' },
    { run: 'fairlead resume --all', why: 'after a restore, once the plans look right' },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson'],
  run: async (context, input) => {
    const name = input.argument('application');
    if (input.flag('all') === (name !== null)) {
      throw usage({
        message:
          name === null ? 'nothing is named to resume' : '--all and a name exclude each other',
        hint: 'Give APP@ENVIRONMENT, or --all for a read-only controller.',
      });
    }
    if (name === null) return activate(context);
    const { key, ended } = await endHold(context, input, name);
    context.out.item('Resumed', { ...key, ended }, (style) =>
      ended === null
        ? `${style.strong(showSelector(key))} was not on hold`
        : `${style.good('→')} ${style.strong(showSelector(key))} is no longer on hold (${oneLine(`${ended.by}: ${ended.reason}`)})`,
    );
    return exitCodes.ok;
  },
};

async function activate(context: Context): Promise<0> {
  await using connection = await connectServer(context).catch((thrown: unknown) => {
    if (!(thrown instanceof FairleadError) || thrown.code !== unreachable.definition.code)
      throw thrown;
    throw unreachable({
      message: thrown.message,
      resource: thrown.resource,
      hint: 'Start the controller with `fairlead up`; `fairlead up --take-over` acts at once.',
      cause: thrown,
    });
  });
  const before = await orAbort(context.signal, connection.api.status());
  await orAbort(context.signal, connection.api.activate({ actor: context.actor }));
  context.out.item('Activated', { before: before.mode, reason: before.modeReason }, (style) =>
    before.mode === 'active'
      ? 'the controller was active already'
      : `${style.good('→')} the controller acts again`,
  );
  return exitCodes.ok;
}

type Ended = { readonly key: InventoryKey; readonly ended: Hold | null };

async function endHold(context: Context, input: Input, name: string): Promise<Ended> {
  const environment = input.text('environment');
  return serverOrLedgers(
    context,
    async (api): Promise<Ended> => {
      const view = selectOne(await orAbort(context.signal, api.applications()), name, environment);
      const key = { application: view.application, environment: view.environment };
      const { ended } = await orAbort(context.signal, api.resume({ ...key, actor: context.actor }));
      return { key, ended };
    },
    async (open): Promise<Ended> => {
      const { key, ledgers } = findLedgers(open, name, environment);
      let ended: Hold | null = null;
      for (const ledger of ledgers) {
        ended ??= await ledger.loadHold(key);
        await ledger.saveHold(key, null);
      }
      return { key, ended };
    },
  );
}
