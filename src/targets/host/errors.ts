import { defineError, FairleadError, isInterruption } from '../../model/error.ts';
import type { ErrorFactory } from '../../model/error.ts';
import { errorCode } from '../../system/files.ts';

export const settingsInvalid = defineError('host.settings-invalid', {
  class: 'input',
  title: 'The settings of a host target are not valid',
  hint: 'Correct spec.host of the Target; its applications wait until then.',
});

export const diskFull = defineError('host.disk-full', {
  class: 'transient',
  title: 'There is no room left on the disk',
  hint: 'Free space (or inodes, or quota) on that file system; it is tried again by itself.',
});

export const readOnly = defineError('host.read-only', {
  class: 'transient',
  title: 'The file system is mounted read-only',
  hint: 'Mount it writable again (see dmesg for why it is not); it is tried again by itself.',
});

export const permission = defineError('host.permission', {
  class: 'denied',
  ofPlace: true,
  title: 'The system does not permit this to the user that Fairlead runs as',
  hint: 'Give that user the permission, run Fairlead as one who has it, or choose another place; it is tried again by itself.',
});

export const unsafeLink = defineError('host.unsafe-link', {
  class: 'denied',
  ofPlace: true,
  title: 'A symlink of another user leads to what is not theirs',
  hint: 'Name the path without the link, or have the link belong to root or to the user of the controller (chown -h).',
});

export const inTheWay = defineError('host.in-the-way', {
  class: 'conflict',
  title: 'Something of another type is where this belongs',
  hint: 'Move away what is there, or choose another path; Fairlead does not remove what it did not make.',
});

export const pathInvalid = defineError('host.path-invalid', {
  class: 'input',
  title: 'The system cannot have a path like this',
  hint: 'Shorten the path, or take out the symlinks that lead in a circle.',
});

export const ioFailed = defineError('host.io-failed', {
  class: 'transient',
  title: 'The system could not read or write',
  hint: 'See the system log for that disk; it is tried again by itself.',
});

export const directoryNotEmpty = defineError('host.directory-not-empty', {
  class: 'conflict',
  title: 'A directory that should go still holds something',
  hint: 'Move away or delete what is in it, or keep the directory in the source; Fairlead deletes no foreign content.',
});

export const secretMissing = defineError('host.secret-missing', {
  class: 'input',
  title: 'A secret that is referred to cannot be read',
  hint: 'Set the environment variable or make the file readable where the controller runs.',
});

export const secretChanged = defineError('host.secret-changed', {
  class: 'conflict',
  title: 'A secret is not the one that was planned with',
  hint: 'Nothing to do: it is planned again with the new value.',
});

export const startFailed = defineError('host.start-failed', {
  class: 'input',
  title: 'A process could not be started',
  hint: 'Check spec.argv[0], spec.cwd and spec.user on the machine where it runs.',
});

export const stopFailed = defineError('host.stop-failed', {
  class: 'transient',
  title: 'A process does not end, not even by SIGKILL',
  hint: 'It hangs in the kernel (state D: a dead disk or network mount); see `ps -o pid,stat,wchan`.',
});

export const commandFailed = defineError('host.command-failed', {
  class: 'transient',
  title: 'A command ended with an error',
  hint: 'Read its last lines, run it by hand, correct it; it is tried again by itself.',
});

export const commandNotEffective = defineError('host.command-not-effective', {
  class: 'input',
  title: 'A command ran, yet its check still fails',
  hint: 'Make `check` succeed exactly when `run` has nothing left to do.',
});

export const commandInterrupted = defineError('host.command-interrupted', {
  class: 'unknown-outcome',
  title: 'A command was ended before it was done',
  hint: 'Nothing to do: it is looked at again, and runs again if its work is not done.',
});

export const commandBusy = defineError('host.command-busy', {
  class: 'transient',
  title: 'A command still runs, started by a controller that has ended',
  hint: 'Wait for it to end, or end the process that is named; then it runs again.',
});

export const commandRecordUnreadable = defineError('host.command-record-unreadable', {
  class: 'input',
  title: 'The record of a command is damaged',
  hint: 'Remove the file that is named; a command without a check then runs once more.',
});

export const checkFailed = defineError('host.check-unusable', {
  class: 'input',
  title: 'The check of a command gives no answer',
  hint: 'Make `check` a program that exists and ends within the timeout: 0 for done, else for not done.',
});

export const stateUnusable = defineError('host.state-unusable', {
  class: 'input',
  title: 'The folder for inventories and holds cannot be used',
  hint: 'Set spec.host.stateDir of the Target to a folder that the controller may write.',
});

export const processRecordUnreadable = defineError('host.process-record-unreadable', {
  class: 'input',
  title: 'The record of a process is damaged',
  hint: 'Stop the process by hand if it runs, then remove the file that is named; it is started anew.',
});

export const ledgerBusy = defineError('host.ledger-busy', {
  class: 'transient',
  title: 'Another process holds the lock on an inventory',
  hint: 'Wait for it to end; a lock whose owner is dead is taken over by itself.',
});

const bySystemCode: Readonly<Record<string, ErrorFactory>> = {
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EROFS: readOnly,
  EACCES: permission,
  EPERM: permission,
  EISDIR: inTheWay,
  ENOTDIR: inTheWay,
  EEXIST: inTheWay,
  ENOTEMPTY: inTheWay,
  ELOOP: pathInvalid,
  ENAMETOOLONG: pathInvalid,
};

/** A failure of the system in our words; what is ours already, or no failure of the system, stays as it is. */
export function hostError(thrown: unknown, doing: string, resource: string): unknown {
  if (thrown instanceof FairleadError || isInterruption(thrown)) return thrown;
  const code = errorCode(thrown);
  if (code === '') return thrown;
  const make = bySystemCode[code] ?? ioFailed;
  return make({ message: `cannot ${doing}: ${explain(code)}`, resource, cause: thrown });
}

function explain(code: string): string {
  const words: Readonly<Record<string, string>> = {
    ENOSPC: 'no space left',
    EDQUOT: 'the quota is used up',
    EROFS: 'the file system is read-only',
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    EISDIR: 'a directory is there',
    ENOTDIR: 'a part of the path is not a directory',
    EEXIST: 'something is there already',
    ELOOP: 'too many symlinks',
    ENAMETOOLONG: 'the name is too long',
    EMFILE: 'too many open files',
    ENFILE: 'too many open files on this machine',
    EIO: 'input/output error',
    ENOENT: 'it is not there',
    ETXTBSY: 'the file is being run',
  };
  return words[code] === undefined ? code : `${words[code]} (${code})`;
}
