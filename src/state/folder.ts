import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../system/files.ts';
import { openToOthers } from '../system/ownership.ts';
import type { FairleadError } from '../model/error.ts';
import { stateNotYours, stateUnusable } from './errors.ts';

/** What lies where in a state folder. */
export interface StateLayout {
  readonly directory: string;
  readonly database: string;
  readonly keys: string;
  readonly lock: string;
  /** There while a restored state has not been confirmed. */
  readonly restored: string;
  /** Bare mirrors of the sources; can be fetched again. */
  readonly mirrors: string;
  /** Rendered sets, sealed; can be rendered again. */
  readonly renders: string;
}

/** Where everything is in a state folder. */
export function layoutOf(directory: string): StateLayout {
  const at = (name: string): string => join(directory, name);
  return {
    directory,
    database: at('fairlead.db'),
    keys: at('keys.json'),
    lock: at('lock.db'),
    restored: at('restored.json'),
    mirrors: at('mirrors'),
    renders: at('renders'),
  };
}

/**
 * Makes the folder (0700) where it is not there, and refuses one in which others could put keys or plans.
 * @throws FairleadError `state.unusable`, `state.not-permitted`
 */
export async function prepareFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await requireAccess(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    const open = await openToOthers(directory);
    if (open !== null) throw unusable(directory, `it ${open}`, closing(directory));
  } catch (thrown) {
    throw await folderError(directory, thrown);
  }
}

/**
 * Refuses a folder that cannot be looked into; one that is not there can: it holds nothing.
 * @throws FairleadError `state.unusable`, `state.not-permitted`
 */
export async function requireReadable(directory: string): Promise<void> {
  try {
    await requireAccess(directory, constants.R_OK | constants.X_OK);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw await folderError(directory, thrown);
  }
}

async function requireAccess(directory: string, mode: number): Promise<void> {
  if (!(await stat(directory)).isDirectory()) throw unusable(directory, 'it is no folder');
  await access(directory, mode);
}

/** A failure of the system with the folder, or with what is in it, in our words. */
async function folderError(directory: string, thrown: unknown): Promise<unknown> {
  const code = errorCode(thrown);
  switch (code) {
    case 'EEXIST':
      return unusable(directory, 'it is no folder', undefined, thrown);
    case 'ENOTDIR':
      return unusable(directory, 'a file is in the way', undefined, thrown);
    case 'EACCES':
    case 'EPERM':
      return refused(directory, thrown);
    case 'EROFS':
    case 'ENOSPC':
    case 'ENOENT':
    case 'EIO':
    case 'ENAMETOOLONG':
      return unusable(
        directory,
        thrown instanceof Error ? thrown.message : code,
        undefined,
        thrown,
      );
    default:
      return thrown;
  }
}

/** The refusal of what the permissions keep from this user: because it, or where it is to be, is another one's, or in spite of that. */
export async function refused(path: string, cause: unknown): Promise<FairleadError> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found === null && at !== dirname(at)) continue;
    if (found === null || found.uid === process.getuid?.())
      return unusable(
        path,
        cause instanceof Error ? cause.message : String(cause),
        undefined,
        cause,
      );
    const message = `${at} belongs to ${found.uid === 0 ? 'root' : `uid ${found.uid}`}`;
    return stateNotYours({ message, resource: path, cause });
  }
}

/** Owner and mode at once: whichever of the two it was. */
function closing(directory: string): string {
  return `Make it yours alone: \`chmod 700 ${directory}\`, and \`chown\` it if it is another user's. What is in it may have been changed.`;
}

function unusable(directory: string, why: string, hint?: string, cause?: unknown) {
  return stateUnusable({ message: `${directory}: ${why}`, resource: directory, hint, cause });
}
