import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './disk.ts';

/**
 * Why somebody else than this user and root could put things into a folder, in words that follow its name; `null`:
 * nobody can, or it is not there. A symlink of this user or of root is followed; one of somebody else may lead anywhere.
 *
 * Groups are trusted: whoever made one chose its members.
 * @throws EACCES … as Node gives them.
 */
export async function openToOthers(folder: string): Promise<string | null> {
  const found = await lstat(folder).catch(orNull);
  if (found === null) return null;
  if (found.isSymbolicLink()) {
    if (!isTrusted(found.uid)) return `is a symlink of user ${found.uid}`;
    const to = await realpath(folder).catch(orNull);
    return to === null ? null : openToOthers(to);
  }
  if (!found.isDirectory()) return 'is no folder';
  if (!isTrusted(found.uid)) return `belongs to user ${found.uid}`;
  return (found.mode & 0o002) === 0 ? null : 'can be written by everybody';
}

/** The same of a folder and those right below it, with the path of the one concerned. */
export async function findOpenToOthers(
  folder: string,
): Promise<{ readonly path: string; readonly why: string } | null> {
  const why = await openToOthers(folder);
  if (why !== null) return { path: folder, why };
  for (const name of (await readdir(folder).catch(orNull)) ?? []) {
    const path = join(folder, name);
    if ((await stat(path).catch(orNull))?.isDirectory() !== true) continue;
    const below = await openToOthers(path);
    if (below !== null) return { path, why: below };
  }
  return null;
}

function isTrusted(uid: number): boolean {
  const me = process.getuid?.();
  return me === undefined || uid === me || uid === 0;
}

function orNull(thrown: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes(errorCode(thrown))) return null;
  throw thrown;
}
