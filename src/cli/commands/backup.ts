import { resolve } from 'node:path';
import type { BackupReport } from '../../state/backup.ts';
import type { CommandDefinition } from '../command.ts';
import { stateDirOf } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';

export const backup: CommandDefinition = {
  description: `Saves the state folder into one file: history, approvals, settings and the keys of this installation. It works while the controller runs, and the picture is consistent. What is owned is recorded at the targets and what should run is in Git, so neither is in it.

The file holds the keys: it is made for this user only (mode 0600). Keep it as you keep passwords. An existing file is never overwritten.`,
  arguments: [
    {
      usage: '[file]',
      description: 'Where to write it (default: fairlead-DATE.backup in this folder)',
      completion: { kind: 'file' },
    },
  ],
  options: [],
  examples: [
    { run: 'fairlead backup', why: 'into this folder, named after the day' },
    {
      run: 'fairlead --state-dir /var/lib/fairlead backup /mnt/backup/fairlead.backup',
      why: 'of a service',
    },
  ],
  outputs: ['text', 'json', 'yaml', 'ndjson'],
  run: async (context, input) => {
    const { backUp } = await import('../../state/backup.ts');
    const nowMs = context.nowMs();
    const file = resolve(
      context.globals.directory,
      input.argument('file') ?? `fairlead-${stamp(nowMs)}.backup`,
    );
    context.progress.status('saving the state folder');
    const report = await backUp(stateDirOf(context), file, nowMs);
    context.progress.status(null);
    context.out.item('Backup', report, (style) => show(report, style.good('✓')));
    return exitCodes.ok;
  },
};

function show(report: BackupReport, mark: string): string {
  const size = `${Math.ceil(report.bytes / 1024)} KiB`;
  return `${mark} saved installation ${report.installation.slice(0, 8)} to ${report.file} (${size}; holds its keys)`;
}

function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
}
