import { join } from 'node:path';
import { disk } from '../../system/disk.ts';
import { openFolder } from '../../system/files.ts';
import type { Folder } from '../../system/files.ts';
import { unsafeLink } from './errors.ts';

/** As the kernel has it, see path_resolution(7). */
const maxLinks = 40;

/**
 * Opens a folder by its path without being led astray. Whoever may write to a folder on the way may put a symlink
 * there, and we might be root: a link of somebody else is followed only to what is theirs, too.
 *
 * Only on Linux; other systems do not tell where an open folder is.
 * @throws FairleadError `host.unsafe-link`; ENOENT, ENOTDIR, EACCES … as the system gives them.
 */
export async function openSafely(path: string, resource: string): Promise<Folder> {
  const folder = await openFolder(path);
  try {
    const real = await folder.realPath();
    // Nearly always: there is no link on the way. Otherwise where the path led then must be where it may lead.
    if (real !== path && real !== (await resolveSafely(path, resource))) {
      throw unsafeLink({
        message: `${path} leads to ${real} at one time and not at another`,
        resource,
      });
    }
    return folder;
  } catch (thrown) {
    await folder.close();
    throw thrown;
  }
}

/** Where a path leads, each link on the way looked at. */
async function resolveSafely(path: string, resource: string): Promise<string> {
  const via = disk();
  const me = BigInt(process.getuid?.() ?? 0);
  const names = partsOf(path);
  let real = '/';
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const at = join(real, name);
    const stats = await via.lstat(at);
    if (stats?.isSymbolicLink() !== true) {
      real = at;
      continue;
    }
    links += 1;
    const end = await via.realPath(at);
    const ending = end === null ? null : await via.lstat(end);
    const isTrusted = stats.uid === 0n || stats.uid === me || stats.uid === ending?.uid;
    if (!isTrusted || links > maxLinks) {
      throw unsafeLink({
        message: `${at} is a symlink of user ${stats.uid} to ${end ?? 'nothing'}, which is not theirs`,
        resource,
      });
    }
    const to = await via.readlink(at);
    if (to.startsWith('/')) real = '/';
    names.unshift(...partsOf(to));
  }
  return real;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
