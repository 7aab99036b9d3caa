import { basename, dirname } from 'node:path';
import type { JsonObject } from '../../model/json.ts';
import { disk } from '../../system/disk.ts';
import { errorCode } from '../../system/files.ts';
import type { Folder } from '../../system/files.ts';
import { notPermitted } from '../errors.ts';
import type { Effect } from '../target.ts';
import { refuseOutside } from './limits.ts';
import { isWithin, resolveParents } from './paths.ts';
import { openSafely } from './safe-folder.ts';

/** Where a File or Directory is. */
export function pathOf(locator: JsonObject): string {
  const path = locator['path'];
  if (typeof path !== 'string') throw new Error('a locator of a file or directory has no path');
  return path;
}

/**
 * Opens the folder of a path, making it where it is missing, and checks where it really is.
 * @param limits Folders the project may touch, symlinks resolved; empty: all.
 * @throws FairleadError `target.not-permitted`, `host.unsafe-link`; errors of the system as they are.
 */
export async function openParent(
  path: string,
  limits: readonly string[],
  effect: Effect,
  resource: string,
): Promise<Folder> {
  const parent = dirname(path);
  await underWay.get(parent)?.catch(() => {});
  const held = heldOpen.get(parent);
  if (held !== undefined) return refuseFolderOutside(share(parent, held), limits, resource);
  let folder: Folder;
  try {
    folder = await openSafely(parent, resource);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw thrown;
    // Somebody else found the same meanwhile.
    if (underWay.has(parent)) return openParent(path, limits, effect, resource);
    const made = makeParent(path, limits, effect, resource);
    underWay.set(parent, made);
    try {
      folder = await made;
    } finally {
      underWay.delete(parent);
    }
  }
  return refuseFolderOutside(share(parent, { folder, users: 0 }), limits, resource);
}

/** A folder that is open, and how many have it. */
interface Held {
  readonly folder: Folder;
  users: number;
}

/**
 * Folders that somebody has open just now, by the path that each was safely opened by: who needs the same meanwhile takes
 * part, which opens, resolves and closes it once for the files of an application instead of once for each. An open folder
 * cannot be swapped, so what was found out of it holds for as long as it is open.
 */
const heldOpen = new Map<string, Held>();

/** The folder for one more user; it is closed when the last one closes it. */
function share(path: string, held: Held): Folder {
  held.users += 1;
  if (!heldOpen.has(path)) heldOpen.set(path, held);
  return {
    ...held.folder,
    close: async () => {
      held.users -= 1;
      if (held.users > 0) return;
      if (heldOpen.get(path) === held) heldOpen.delete(path);
      await held.folder.close();
    },
  };
}

/**
 * Opens a folder that is there, and checks where it really is.
 * @throws FairleadError `target.not-permitted`, `host.unsafe-link`; errors of the system as they are.
 */
export async function openWithin(
  path: string,
  limits: readonly string[],
  resource: string,
): Promise<Folder> {
  return refuseFolderOutside(await openSafely(path, resource), limits, resource);
}

/** A symlink put into the path since it was prepared ends here: the open folder cannot be swapped any more. */
async function refuseFolderOutside(
  folder: Folder,
  limits: readonly string[],
  resource: string,
): Promise<Folder> {
  if (limits.length === 0) return folder;
  const real = await folder.realPath();
  if (isWithin(real, limits)) return folder;
  await folder.close();
  throw notPermitted({
    message: `${resource} leads to ${real}, outside of what the project may touch`,
    resource,
  });
}

/** Folders that are being made: the files of an application mostly go into one, and only the first has to make it. */
const underWay = new Map<string, Promise<Folder>>();

async function makeParent(
  path: string,
  limits: readonly string[],
  effect: Effect,
  resource: string,
): Promise<Folder> {
  if (limits.length > 0) refuseOutside(await resolveParents(path), limits, resource);
  await effect.fence();
  return make(dirname(path), resource);
}

/** Makes a folder, and those above it that are missing, one by one, each in the open folder above it, durably. */
async function make(path: string, resource: string): Promise<Folder> {
  const above = await openOrMake(dirname(path), resource);
  try {
    await disk().makeFolders(above.at(basename(path)));
    await above.sync();
  } finally {
    await above.close();
  }
  return openSafely(path, resource);
}

async function openOrMake(path: string, resource: string): Promise<Folder> {
  try {
    return await openSafely(path, resource);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw thrown;
    return make(path, resource);
  }
}
