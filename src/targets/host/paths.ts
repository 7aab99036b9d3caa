import { basename, dirname, join, normalize } from 'node:path';
import { disk } from '../../system/disk.ts';

/** What is wrong with an absolute path as written, or `null`. */
export function pathProblem(path: string): string | null {
  if (!path.startsWith('/')) return 'must be an absolute path';
  if (path.includes('\0')) return 'must not hold a zero byte';
  if (path === '/') return 'must not be the root of the file system';
  if (path.split('/').includes('..')) return 'must not hold ".."';
  const plain = normalize(path).replace(/\/$/, '');
  return plain === path ? null : `must be written plainly: ${plain}`;
}

/**
 * Where a path really leads: symlinks of all its parents resolved, the last part as it is. Parents that do not
 * exist yet stay as written.
 */
export async function resolveParents(path: string): Promise<string> {
  return join(await resolveExisting(dirname(path)), basename(path));
}

/** `resolveParents` for many paths at one moment: each folder is looked at once. */
export function createParentResolver(): (path: string) => Promise<string> {
  const folders = new Map<string, Promise<string>>();
  return async (path) => {
    const folder = dirname(path);
    const known = folders.get(folder) ?? resolveExisting(folder);
    folders.set(folder, known);
    return join(await known, basename(path));
  };
}

async function resolveExisting(path: string): Promise<string> {
  const real = await disk().realPath(path);
  return real ?? join(await resolveExisting(dirname(path)), basename(path));
}

/** Whether `path` is one of the folders or below one. */
export function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some(
    (folder) => path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`),
  );
}

/** Host paths that a project allows, symlinks resolved; empty: all. */
export async function resolveLimits(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(paths.map((path) => resolveExisting(normalize(path).replace(/(.)\/$/, '$1'))));
}
