import { withAdvice } from '../../model/error.ts';
import { version } from '../../version.ts';
import type { CommandDefinition } from '../command.ts';
import { checkoutOfFolder, socketPath, stateDirOf } from '../connect.ts';
import { checkCheckout } from '../doctor/checkout.ts';
import { checkController } from '../doctor/controller.ts';
import {
  checkClock,
  checkGit,
  checkNode,
  checkStateFolder,
  checkWatches,
} from '../doctor/machine.ts';
import { checkState } from '../doctor/state.ts';
import type { Check } from '../doctor/check.ts';
import { exitCodes } from '../exit-codes.ts';
import { countOf } from '../show/counts.ts';
import type { View } from '../output.ts';
import { hang, oneLine } from '../terminal/width.ts';

export const doctor: CommandDefinition = {
  description: `Looks at everything that Fairlead needs and says for each problem what to do: Node and Git, the state folder, its lock and database, free space, limits on file watching, the clock, the controller, its sources and configuration, and the checkout this runs in. Changes nothing. Ends with 1 when there is a problem; warnings are no problems.`,
  arguments: [],
  options: [],
  examples: [
    { run: 'fairlead doctor', why: 'what is wrong here?' },
    { run: 'fairlead doctor -o json', why: 'to attach to a report' },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context) => {
    const stateDir = stateDirOf(context);
    context.progress.status('looking around');
    const controller = await checkController(socketPath(context), version, context.signal);
    const top = await checkoutOfFolder(context);
    const checks: readonly Check[] = [
      checkNode(),
      await checkGit(),
      ...(await checkStateFolder(stateDir)),
      ...(await checkState(stateDir, controller.status !== null, context.io.env)),
      ...(await checkWatches()),
      await checkClock(context.nowMs, controller.status?.nowMs ?? null),
      ...controller.checks,
      ...(top === null ? [] : await checkCheckout(context, top)),
    ];
    context.progress.status(null);
    context.out.list(checkView, checks);
    const problems = checks.filter((check) => check.status === 'problem').length;
    const warnings = checks.filter((check) => check.status === 'warning').length;
    const { style, progress } = context;
    for (const { name, status, message, fix } of checks) {
      if (fix === '') continue;
      const mark = status === 'problem' ? style.bad('✗') : style.warn('!');
      // A table in a terminal may have cut what was found.
      const said = progress.width === null ? fix : withAdvice({ message, hint: fix });
      progress.line(hang(`${mark} ${name}: `, oneLine(said), progress.width, '  '));
    }
    progress.line(
      `${countOf(checks.length, 'check')}, ${countOf(problems, 'problem')}, ${countOf(warnings, 'warning')}`,
    );
    return problems === 0 ? exitCodes.ok : exitCodes.error;
  },
};

const tones = { ok: 'good', warning: 'warn', problem: 'bad' } as const;

const checkView: View<Check> = {
  kind: 'Check',
  name: (item) => item.name,
  columns: [
    { header: 'CHECK', cell: (item) => item.name },
    {
      header: 'STATUS',
      cell: (item, style) => ({ text: item.status, paint: style[tones[item.status]] }),
    },
    { header: 'FOUND', cell: (item) => item.message, flexible: true },
    { header: 'FIX', cell: (item) => item.fix || '-', wide: true },
  ],
};
