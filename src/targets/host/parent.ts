import { dirname } from 'node:path';
import type { JsonObject } from '../../model/json.ts';
import { errorCode, makeFolders, openFolder } from '../../system/files.ts';
import type { Folder } from '../../system/files.ts';
import { notPermitted } from '../errors.ts';
import type { Effect } from '../target.ts';
import { refuseOutside } from './limits.ts';
import { isWithin, resolveParents } from './paths.ts';

/** Where a File or Directory is. */
export function pathOf(locator: JsonObject): string {
  const path = locator['path'];
  if (typeof path !== 'string') throw new Error('a locator of a file or directory has no path');
  return path;
}

/**
 * Opens the folder of a path, making it where it is missing, and checks where it really is.
 * @param limits Folders the project may touch, symlinks resolved; empty: all.
 * @throws FairleadError `target.not-permitted`; errors of the system as they are.
 */
export async function openParent(
  path: string,
  limits: readonly string[],
  effect: Effect,
  resource: string,
): Promise<Folder> {
  const parent = dirname(path);
  let folder: Folder;
  try {
    folder = await openFolder(parent);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw thrown;
    if (limits.length > 0) refuseOutside(await resolveParents(path), limits, resource);
    await effect.fence();
    await makeFolders(parent);
    folder = await openFolder(parent);
  }
  if (limits.length > 0) {
    // A symlink put into the path since it was prepared ends here: the open folder cannot be swapped any more.
    const real = await folder.realPath();
    if (!isWithin(real, limits)) {
      await folder.close();
      throw notPermitted({
        message: `${path} leads to ${real}, outside of what the project may touch`,
        resource,
      });
    }
  }
  return folder;
}
