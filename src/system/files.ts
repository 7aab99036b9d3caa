import { constants, lstatSync } from 'node:fs';
import { lstat, link, mkdir, open, readlink, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * A folder held open. Members are named relative to the open folder where the system allows it (Linux, through
 * `/proc/self/fd`), so that swapping a parent for a symlink meanwhile leads nowhere else.
 */
export interface Folder {
  /** A path to a member that stays inside this very folder. */
  at(name: string): string;
  /** Where the folder really is, symlinks resolved; what it was opened by where the system cannot tell. */
  realPath(): Promise<string>;
  /** Makes all that happened to its members durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** @throws ENOENT, ENOTDIR, EACCES … as Node gives them. */
export async function openFolder(path: string): Promise<Folder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const byHandle = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : null;
  return {
    at: (name) => (byHandle === null ? join(path, name) : `${byHandle}/${name}`),
    realPath: async () => (byHandle === null ? path : readlink(byHandle)),
    sync: () => syncFolder(handle),
    close: () => handle.close(),
  };
}

async function syncFolder(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
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
export async function makeFolders(path: string): Promise<boolean> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return false;
  // Each new name lives in its parent: from the deepest parent up to the one that was there before.
  const top = dirname(first);
  for (let at = dirname(path); ; at = dirname(at)) {
    await fsyncFolder(at);
    if (at === top || at === dirname(at)) return true;
  }
}

export interface ReplaceOptions {
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
  readonly beforeCommit?: () => Promise<void>;
}

/**
 * Writes a file whole or not at all, durably: temporary file in the same folder, fsync, rename, fsync of the
 * folder. A symlink of that name is replaced, never followed.
 */
export async function replaceFile(
  folder: Folder,
  name: string,
  content: string | Uint8Array,
  options: ReplaceOptions,
): Promise<void> {
  const temporary = folder.at(options.temporary);
  const final = folder.at(name);
  try {
    // Nobody else may read it before it has its final mode and owner.
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      if (options.uid != null || options.gid != null) {
        await handle.chown(options.uid ?? -1, options.gid ?? -1);
      }
      await handle.chmod(options.mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await options.beforeCommit?.();
    if (options.exclusive === true) await linkOrRename(temporary, final);
    else await rename(temporary, final);
  } catch (thrown) {
    await unlink(temporary).catch(() => {});
    throw thrown;
  }
  await folder.sync();
}

/** rename(2) that refuses to replace: link(2) fails on an existing name, in one step. */
async function linkOrRename(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (thrown) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(thrown))) {
      throw thrown;
    }
    // No hard links here: look, then rename; the best there is.
    if ((await lstatOrNull(to)) !== null) {
      throw Object.assign(new Error(`EEXIST: file already exists, link -> '${to}'`), {
        code: 'EEXIST',
      });
    }
    await rename(from, to);
    return;
  }
  await unlink(from);
}

/** `replaceFile` by path, for files of our own; parents are made. */
export async function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  options: Pick<ReplaceOptions, 'mode' | 'temporary' | 'beforeCommit'>,
): Promise<void> {
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
    await replaceFile(folder, basename(path), content, options);
  } finally {
    await folder.close();
  }
}

export type Stats = Awaited<ReturnType<typeof lstatExact>>;

/** What is at a path, symlinks not followed, times in nanoseconds. */
export function lstatExact(path: string) {
  return lstat(path, { bigint: true });
}

/** As `lstatExact`; `null` when there is nothing (also below something that is no folder). */
export async function lstatOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstatExact(path);
  } catch (thrown) {
    const code = errorCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw thrown;
  }
}

/**
 * As `lstatOrNull`, at once. For files of our own on a local disk only: the kernel answers from memory in a few
 * microseconds, where a trip through the thread pool takes many times that; a disk that hangs would hold up everything.
 */
export function lstatNow(path: string): Stats | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOTDIR') return null;
    throw thrown;
  }
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

/** Permission bits as users write them: `0644`. */
export function showMode(mode: number | bigint): string {
  return (Number(mode) & 0o7777).toString(8).padStart(4, '0');
}

/** The system's error code (`ENOENT`), or an empty string. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : '';
}
