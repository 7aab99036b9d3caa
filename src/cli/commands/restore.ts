import { resolve } from 'node:path';
import type { RestoreReport } from '../../state/restore.ts';
import type { CommandDefinition } from '../command.ts';
import { stateDirOf } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Style } from '../terminal/style.ts';

export const restore: CommandDefinition = {
  description: `Brings a state folder back from a file that \`fairlead backup\` wrote. The file is checked whole first. No controller may run on the folder.

The next controller starts read-only, because what is live may be newer than the backup: look at what it would do with \`fairlead plan --server\`, then let it act with \`fairlead resume --all\`.`,
  arguments: [
    {
      usage: '<file>',
      description: 'A file that `fairlead backup` wrote',
      completion: { kind: 'file' },
    },
  ],
  options: [
    {
      flags: '--replace',
      description:
        'Where the state folder holds an installation, move it aside (nothing is deleted)',
    },
  ],
  examples: [
    {
      run: 'fairlead restore fairlead-2026-11-24.backup',
      why: 'into the state folder of this user',
    },
    {
      run: 'fairlead --state-dir /var/lib/fairlead restore /mnt/backup/fairlead.backup --replace',
      why: 'of a service whose state is damaged',
    },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson'],
  run: async (context, input) => {
    const { restore: bringBack } = await import('../../state/restore.ts');
    context.progress.status('checking the backup');
    const report = await bringBack({
      directory: stateDirOf(context),
      file: resolve(context.globals.directory, input.required('file')),
      replace: input.flag('replace'),
      nowMs: context.nowMs(),
    });
    context.progress.status(null);
    context.out.item('Restored', report, (style) => show(report, style));
    const { progress, style } = context;
    progress.line(
      `next: ${style.command('fairlead up')} starts read-only; ${style.command('fairlead plan --server')} shows what it would do, ${style.command('fairlead resume --all')} lets it`,
    );
    return exitCodes.ok;
  },
};

function show(report: RestoreReport, style: Style): string {
  const made = new Date(report.madeAtMs).toISOString();
  const moved = report.movedTo === null ? '' : `\nthe state that was there is in ${report.movedTo}`;
  return `${style.good('✓')} restored installation ${report.installation.slice(0, 8)}, saved at ${made}, to ${report.directory}${moved}`;
}
