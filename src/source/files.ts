import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FairleadError, toFairleadError } from '../model/error.ts';
import { diskFull, stateUnwritable } from './errors.ts';

/** Content of a file, `null` when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Names in a folder, none when it is not there. */
export async function listIfThere(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Replaces a file at once. `durable`: it is on the disk when the promise resolves. */
export async function writeAtOnce(path: string, text: string, durable: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  if (durable) await syncFolder(dirname(path));
}

/** Makes renames in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Removes what an ended Git left in a repository: lock files, temporary packs and quarantines that are older than
 * `olderThanMs` (wall clock). Only the one controller of the state folder may call this.
 */
export async function removeLeftovers(repository: string, olderThanMs: number): Promise<void> {
  const isLeftover = (name: string): boolean =>
    name.endsWith('.lock') || /^(tmp_(pack|idx|rev|obj)_|tmp_objdir|incoming-|\.tmp-)/.test(name);
  const isObjectFolder = /^[0-9a-f]{2}$/;
  const clean = async (folder: string): Promise<void> => {
    for (const name of await listIfThere(folder)) {
      const path = join(folder, name);
      const facts = await stat(path).catch(() => null);
      if (facts === null) continue;
      if (isLeftover(name)) {
        if (facts.mtimeMs < olderThanMs) await rm(path, { recursive: true, force: true });
      } else if (facts.isDirectory() && !isObjectFolder.test(name)) {
        await clean(path);
      }
    }
  };
  await clean(repository);
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** The error for a failed operation on files of the state folder. */
export function fileFailure(error: unknown, doing: string, path: string): FairleadError {
  if (error instanceof FairleadError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const details = {
    message: `cannot ${doing}: ${(error as Error).message}`,
    resource: path,
    cause: error,
  };
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(details);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return stateUnwritable(details);
  return toFairleadError(error);
}
