import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { allMountsAreOwn } from './mounts.ts';

/**
 * File system calls that the kernel answers from memory: at once where every mount is this machine's own, because a trip
 * through the thread pool takes ten times as long as the call; through the pool where some file system could hold up the
 * whole process. What really waits for a disk (`fsync`) always goes through the pool.
 *
 * File descriptors are plain numbers: whoever opens one closes it in a `finally`.
 */
export interface Disk {
  open(path: string, flags: number | string, mode?: number): Promise<number>;
  close(fd: number): Promise<void>;
  fstat(fd: number): Promise<fs.BigIntStats>;
  /** Reads from where the descriptor stands. @returns bytes read, 0 at the end. */
  read(fd: number, buffer: Uint8Array): Promise<number>;
  /** Writes all of it. */
  write(fd: number, content: string | Uint8Array): Promise<void>;
  chmod(fd: number, mode: number): Promise<void>;
  chown(fd: number, uid: number, gid: number): Promise<void>;
  fsync(fd: number): Promise<void>;
  /** `null` when there is nothing. */
  lstat(path: string): Promise<fs.BigIntStats | null>;
  /** Symlinks resolved; `null` when there is nothing. */
  realPath(path: string): Promise<string | null>;
  readlink(path: string): Promise<string>;
  readdir(path: string): Promise<string[]>;
  /** Makes missing parents. @returns the first folder that was made. */
  makeFolders(path: string): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

/** Reads and writes of so much go through the pool in any case, in bytes. */
const largeBytes = 1024 * 1024;

const pool = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  fstat: promisify(fs.fstat),
  read: promisify(fs.read),
  writeFile: promisify(fs.writeFile),
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  fsync: promisify(fs.fsync),
};

const pooled: Disk = {
  open: (path, flags, mode) => pool.open(path, flags, mode),
  close: (fd) => pool.close(fd),
  fstat: (fd) => pool.fstat(fd, { bigint: true }),
  read: async (fd, buffer) => (await pool.read(fd, buffer, 0, buffer.length, null)).bytesRead,
  write: (fd, content) => pool.writeFile(fd, content),
  chmod: (fd, mode) => pool.fchmod(fd, mode),
  chown: (fd, uid, gid) => pool.fchown(fd, uid, gid),
  fsync: (fd) => pool.fsync(fd),
  lstat: (path) => fs.promises.lstat(path, { bigint: true }).catch(nullIfMissing),
  realPath: (path) => fs.promises.realpath(path).catch(nullIfMissing),
  readlink: (path) => fs.promises.readlink(path),
  readdir: (path) => fs.promises.readdir(path),
  makeFolders: (path) => fs.promises.mkdir(path, { recursive: true }),
  rename: (from, to) => fs.promises.rename(from, to),
  link: (from, to) => fs.promises.link(from, to),
  unlink: (path) => fs.promises.unlink(path),
};

/** `async`, so that what a call throws is a rejection as it is in the pool. */
const immediate: Disk = {
  open: async (path, flags, mode) => fs.openSync(path, flags, mode),
  close: async (fd) => fs.closeSync(fd),
  fstat: async (fd) => fs.fstatSync(fd, { bigint: true }),
  read: async (fd, buffer) =>
    buffer.length >= largeBytes ? pooled.read(fd, buffer) : fs.readSync(fd, buffer),
  write: async (fd, content) =>
    content.length >= largeBytes ? pooled.write(fd, content) : fs.writeFileSync(fd, content),
  chmod: async (fd, mode) => fs.fchmodSync(fd, mode),
  chown: async (fd, uid, gid) => fs.fchownSync(fd, uid, gid),
  fsync: (fd) => pool.fsync(fd),
  lstat: async (path) => lstatNow(path),
  realPath: async (path) => {
    // An error costs more than a look at whether there will be one.
    if (fs.statSync(path, { throwIfNoEntry: false }) === undefined) return null;
    try {
      return fs.realpathSync.native(path);
    } catch (thrown) {
      return nullIfMissing(thrown);
    }
  },
  readlink: async (path) => fs.readlinkSync(path),
  readdir: async (path) => fs.readdirSync(path),
  makeFolders: async (path) => fs.mkdirSync(path, { recursive: true }),
  rename: async (from, to) => fs.renameSync(from, to),
  link: async (from, to) => fs.linkSync(from, to),
  unlink: async (path) => fs.unlinkSync(path),
};

/** The way to the disk that suits what is mounted now. */
export function disk(): Disk {
  return allMountsAreOwn() ? immediate : pooled;
}

/** Both ways, for tests that compare them. */
export const disks: Readonly<Record<'immediate' | 'pooled', Disk>> = { immediate, pooled };

/**
 * `Disk.lstat` at once, whatever is mounted: for files of our own on a local disk, where the kernel answers from memory
 * in a few microseconds.
 */
export function lstatNow(path: string): fs.BigIntStats | null {
  try {
    return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (thrown) {
    return nullIfMissing(thrown);
  }
}

/** Nothing is there: also below something that is no folder. */
function nullIfMissing(thrown: unknown): null {
  const code = errorCode(thrown);
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw thrown;
}

/** The system's error code (`ENOENT`), or an empty string. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : '';
}
