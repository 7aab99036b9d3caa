import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../system/files.ts';
import { openToOthers } from '../system/ownership.ts';
import { stateUnusable } from './errors.ts';

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
 * @throws FairleadError `state.unusable`
 */
export async function prepareFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found = await stat(directory);
    if (!found.isDirectory()) throw unusable(directory, 'it is not a folder');
    const open = await openToOthers(directory);
    if (open !== null) throw unusable(directory, `it ${open}`, closing(directory));
  } catch (thrown) {
    const code = errorCode(thrown);
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw unusable(directory, 'a file is in the way', undefined, thrown);
    }
    if (['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOENT', 'EIO', 'ENAMETOOLONG'].includes(code)) {
      throw unusable(directory, thrown instanceof Error ? thrown.message : code, undefined, thrown);
    }
    throw thrown;
  }
}

/** Owner and mode at once: whichever of the two it was. */
function closing(directory: string): string {
  return `Make it yours alone: \`chmod 700 ${directory}\`, and \`chown\` it if it is another user's. What is in it may have been changed.`;
}

function unusable(directory: string, why: string, hint?: string, cause?: unknown) {
  return stateUnusable({ message: `${directory}: ${why}`, resource: directory, hint, cause });
}
