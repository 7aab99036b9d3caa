import { constants } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { disk, errorCode } from './disk.ts';
import type { Disk } from './disk.ts';
import { createShared } from './shared.ts';

export { errorCode, lstatNow } from './disk.ts';

/**
 * A folder held open. Members are named relative to the open folder where the system allows it (Linux, through
 * `/proc/self/fd`), so that swapping a parent for a symlink meanwhile leads nowhere else.
 */
export interface Folder {
  /** A path to a member that stays inside this very folder. */
  at(name: string): string;
  /** Where the folder really is, symlinks resolved; what it was opened by where the system cannot tell. */
  realPath(): Promise<string>;
  /** Makes all that happened to its members until now durable. Callers that wait at the same time share one fsync. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** @throws ENOENT, ENOTDIR, EACCES … as Node gives them. */
export async function openFolder(path: string): Promise<Folder> {
  const via = disk();
  const fd = await via.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const byDescriptor = process.platform === 'linux' ? `/proc/self/fd/${fd}` : null;
  return {
    at: (name) => (byDescriptor === null ? join(path, name) : `${byDescriptor}/${name}`),
    realPath: async () => (byDescriptor === null ? path : via.readlink(byDescriptor)),
    sync: async () => {
      const { dev, ino } = await via.fstat(fd);
      await syncShared(`${dev}:${ino}`, () => syncFolder(via, fd));
    },
    close: () => via.close(fd),
  };
}

/** One fsync of a folder makes all durable that was done in it before: who comes while one runs shares the next. */
const syncShared = createShared();

async function syncFolder(via: Disk, fd: number): Promise<void> {
  try {
    await via.fsync(fd);
  } catch (thrown) {
    // Some file systems (FUSE, older network ones) have no fsync for folders; there is nothing more to ask for.
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS', 'EPERM'].includes(errorCode(thrown))) throw thrown;
  }
}

/** Makes the names in a folder durable: the second half of a durable create, rename or delete. */
export async function fsyncFolder(path: string): Promise<void> {
  const folder = await openFolder(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Makes a folder with its missing parents (mode 0755 less the umask), durably.
 * @returns whether anything had to be made.
 */
async function makeFolders(path: string): Promise<boolean> {
  const first = await disk().makeFolders(path);
  if (first === undefined) return false;
  // Each new name lives in its parent: from the deepest parent up to the one that was there before.
  const top = dirname(first);
  for (let at = dirname(path); ; at = dirname(at)) {
    await fsyncFolder(at);
    if (at === top || at === dirname(at)) return true;
  }
}

interface ReplaceOptions {
  /** Permission bits of the file, independent of the umask. */
  readonly mode: number;
  /** Numeric owner and group; `null` leaves what the system gives. */
  readonly uid?: number | null;
  readonly gid?: number | null;
  /** Fails with `EEXIST` instead of replacing what is there, atomically where the file system can. */
  readonly exclusive?: boolean;
  /** Name of the temporary file in the same folder; unique among all writers. */
  readonly temporary: string;
  /** Called when all is ready, right before the file appears; what it throws leaves no trace. */
  readonly beforeCommit?: (() => Promise<void>) | undefined;
}

/**
 * Writes a file whole or not at all, durably: temporary file in the same folder, fsync, rename, fsync of the
 * folder. A symlink of that name is replaced, never followed.
 *
 * @returns what was written, right before it appeared: the file at `name` is this one as long as `isUntouched`.
 */
export async function replaceFile(
  folder: Folder,
  name: string,
  content: string | Uint8Array,
  options: ReplaceOptions,
): Promise<Stats> {
  const via = disk();
  const temporary = folder.at(options.temporary);
  const final = folder.at(name);
  let written: Stats;
  try {
    // Nobody else may read it before it has its final mode and owner.
    const fd = await via.open(temporary, 'wx', 0o600);
    try {
      await via.write(fd, content);
      if (options.uid != null || options.gid != null) {
        await via.chown(fd, options.uid ?? -1, options.gid ?? -1);
      }
      await via.chmod(fd, options.mode);
      await via.fsync(fd);
      written = await via.fstat(fd);
    } finally {
      await via.close(fd);
    }
    await options.beforeCommit?.();
    if (options.exclusive === true) await linkOrRename(via, temporary, final);
    else await via.rename(temporary, final);
  } catch (thrown) {
    await via.unlink(temporary).catch(() => {});
    throw thrown;
  }
  await folder.sync();
  return written;
}

/** rename(2) that refuses to replace: link(2) fails on an existing name, in one step. */
async function linkOrRename(via: Disk, from: string, to: string): Promise<void> {
  try {
    await via.link(from, to);
  } catch (thrown) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(thrown))) {
      throw thrown;
    }
    // No hard links here: look, then rename; the best there is.
    if ((await via.lstat(to)) !== null) {
      throw Object.assign(new Error(`EEXIST: file already exists, link -> '${to}'`), {
        code: 'EEXIST',
      });
    }
    await via.rename(from, to);
    return;
  }
  await via.unlink(from);
}

/** `replaceFile` by path, for files of our own; parents are made. */
export async function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  options: Pick<ReplaceOptions, 'mode' | 'temporary' | 'beforeCommit'>,
): Promise<Stats> {
  const parent = dirname(path);
  let folder: Folder;
  try {
    folder = await openFolder(parent);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw thrown;
    await makeFolders(parent);
    folder = await openFolder(parent);
  }
  try {
    return await replaceFile(folder, basename(path), content, options);
  } finally {
    await folder.close();
  }
}

/**
 * Adds to a file, durably. Unlike `replaceFile` it can be cut short by a crash, and makes and frees no file.
 * @param expected `signatureOf` the file: another one is left alone.
 * @param beforeWrite called right before; what it throws leaves no trace.
 * @returns what the file is now; `null` when it is not as expected.
 */
export async function appendDurably(
  path: string,
  content: string,
  expected: string,
  beforeWrite: (() => Promise<void>) | undefined,
): Promise<Stats | null> {
  const via = disk();
  const fd = await via.open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  try {
    if (signatureOf(await via.fstat(fd)) !== expected) return null;
    await beforeWrite?.();
    await via.write(fd, content);
    await via.fsync(fd);
    return await via.fstat(fd);
  } finally {
    await via.close(fd);
  }
}

/** What the system knows of a file; times in nanoseconds. */
export type Stats = NonNullable<Awaited<ReturnType<Disk['lstat']>>>;

/** What is at a path, symlinks not followed, times in nanoseconds; `null`: nothing (also below what is no folder). */
export function lstatOrNull(path: string): Promise<Stats | null> {
  return disk().lstat(path);
}

/** As `lstatOrNull`. @throws ENOENT where there is nothing */
export async function lstatExact(path: string): Promise<Stats> {
  const stats = await lstatOrNull(path);
  if (stats !== null) return stats;
  throw Object.assign(new Error(`ENOENT: no such file or directory, lstat '${path}'`), {
    code: 'ENOENT',
  });
}

/**
 * A value that moves whenever the file, its content or its attributes are changed; `ctime` cannot be set back by
 * programs. Two changes within one tick of the file system's clock (4–10 ms) can share one. Of a folder: its
 * identity and attributes, whatever happens to its members.
 */
export function signatureOf(stats: Stats): string {
  const own = `${stats.dev}:${stats.ino}:${stats.mode}:${stats.uid}:${stats.gid}`;
  return stats.isDirectory() ? own : `${own}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/** Whether both are one file, whatever its content is by now. Numbers of files that are gone are given out again. */
function isSameFile(left: Stats, right: Stats): boolean {
  return left.dev === right.dev && left.ino === right.ino;
}

/**
 * Whether what was written is still what is there, as far as a look can tell: renaming moves `ctime`, and a write in the
 * same tick of the clock leaves `mtime` as it is.
 */
export function isUntouched(written: Stats, now: Stats): boolean {
  return isSameFile(written, now) && written.size === now.size && written.mtimeNs === now.mtimeNs;
}

/** Permission bits as users write them: `0644`. */
export function showMode(mode: number | bigint): string {
  return (Number(mode) & 0o7777).toString(8).padStart(4, '0');
}
