import type { Hold } from '../../model/inventory.ts';
import { inventoryKey } from '../../model/inventory.ts';
import { orAbort } from '../abort.ts';
import type { CommandDefinition } from '../command.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { findLedgers, serverOrLedgers } from '../ledgers.ts';
import { applicationArgument, environmentOption } from '../options.ts';
import { selectOne } from '../selection.ts';
import { oneLine } from '../terminal/width.ts';
import { showDuration } from '../duration.ts';

export const hold: CommandDefinition = {
  description: `Leaves an application alone: nothing of it is changed or healed until the hold ends, by \`fairlead resume\` or by itself after --for. The hold is kept at the target, with its reason: it works also while the controller is dead, and a controller that starts finds it.`,
  arguments: [applicationArgument],
  options: [
    environmentOption,
    { flags: '--reason <text>', description: 'Why; everybody sees it. Needed.' },
    {
      flags: '--for <duration>',
      description: 'End by itself after this long (default: only when resumed)',
    },
  ],
  examples: [
    { run: 'fairlead hold site@prod --reason "migrating the disk" --for 2h', why: 'for two hours' },
    { run: 'fairlead hold site@prod --reason "ask Ann first"', why: 'until somebody resumes it' },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson'],
  run: async (context, input) => {
    const reason = input.text('reason')?.trim() ?? '';
    if (reason === '') {
      throw usage({
        message: 'a hold needs a reason',
        hint: 'Give it with --reason; whoever meets the hold wants to know.',
      });
    }
    const lasts = input.duration('for');
    if (lasts === 0) {
      throw usage({
        message: 'a hold of --for 0 would have ended before it began',
        hint: 'Give a length of time, as 2h, or leave --for out: then it lasts until `fairlead resume`.',
      });
    }
    const expiresAtMs = lasts === null ? null : context.nowMs() + lasts;
    const set = await setHold(context, input, reason, expiresAtMs);
    context.out.item('Hold', set, (style) => {
      const name = inventoryKey(set.key);
      const end = lasts === null ? 'until resumed' : `for ${showDuration(lasts)}`;
      return `${style.warn('‖')} ${style.strong(name)} is on hold ${end}: ${oneLine(set.reason)}`;
    });
    return exitCodes.ok;
  },
};

async function setHold(
  context: Context,
  input: Input,
  reason: string,
  expiresAtMs: number | null,
): Promise<Hold> {
  const name = input.required('application');
  const environment = input.text('environment');
  return serverOrLedgers(
    context,
    async (api) => {
      const view = selectOne(await orAbort(context.signal, api.applications()), name, environment);
      const key = { application: view.application, environment: view.environment };
      return orAbort(
        context.signal,
        api.hold({ ...key, actor: context.actor, reason, expiresAtMs }),
      );
    },
    async (open) => {
      const { key, ledgers } = findLedgers(open, name, environment);
      const order: Hold = {
        key,
        kind: 'freeze',
        revision: null,
        reason,
        by: context.actor,
        atMs: context.nowMs(),
        expiresAtMs,
      };
      for (const ledger of ledgers) await ledger.saveHold(key, order);
      context.progress.line(
        'no controller runs: the hold is written at the target, where the next one finds it',
      );
      return order;
    },
  );
}
