import { constants, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { disk } from '../../../system/disk.ts';
import { errorCode } from '../../../system/files.ts';
import type { Folder } from '../../../system/files.ts';
import { rotated, rotating } from '../claims.ts';
import { openWithin } from '../parent.ts';
import { removeFile } from './log-file.ts';

const chunkBytes = 256 * 1024;

/** What is kept beyond `maxBytes`: all that an honest process writes between two looks. A flood loses its beginning. */
const slackBytes = 16 * 1024 * 1024;

/** Most that is copied while this thread waits. */
const lastBytes = 4 * 1024 * 1024;

/** What is kept of a log on a full disk. */
const rescuedBytes = 64 * 1024;

interface Rotation {
  readonly maxBytes: number;
  readonly keep: number;
  /** Folders the project may touch, symlinks resolved; empty: all. Default all. */
  readonly limits?: readonly string[];
}

/**
 * Rotates a log that has grown past `maxBytes`, by copying and truncating: its writer has it open and goes on with the
 * same file. What is written between the last byte copied and the truncation is lost; both are one step of this thread.
 * On a full disk the log is truncated all the same, and only its end is kept.
 *
 * @returns whether it was rotated.
 * @throws FairleadError `target.not-permitted`, `host.unsafe-link`; errors of the system as they are.
 */
export async function rotateLog(path: string, rotation: Rotation): Promise<boolean> {
  const seen = await disk().lstat(path);
  if (seen?.isFile() !== true || seen.size <= BigInt(rotation.maxBytes)) return false;
  try {
    const folder = await openWithin(dirname(path), rotation.limits ?? [], path);
    try {
      return await rotateIn(folder, basename(path), rotation);
    } finally {
      await folder.close();
    }
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

async function rotateIn(
  folder: Folder,
  name: string,
  { maxBytes, keep }: Rotation,
): Promise<boolean> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  const log = await open(folder.at(name), O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await log.stat();
    if (!stats.isFile() || stats.size <= maxBytes) return false;
    if (keep === 0) {
      await log.truncate(0);
      return true;
    }
    const copy = folder.at(basename(rotating(name)));
    await removeFile(copy);
    if (!(await moveInto(copy, log, stats.mode & 0o777, maxBytes + slackBytes))) return true;
    for (let index = keep; index > 1; index--) {
      const [from, to] = [rotated(name, index - 1), rotated(name, index)];
      await rename(folder.at(from), folder.at(to)).catch((thrown: unknown) => {
        if (errorCode(thrown) !== 'ENOENT') throw thrown;
      });
    }
    await rename(copy, folder.at(rotated(name, 1)));
    return true;
  } finally {
    await log.close();
  }
}

/** Leaves the log empty and what it held in `copy`. @returns `false`: there was no room for a copy. */
async function moveInto(
  copy: string,
  log: FileHandle,
  mode: number,
  mostBytes: number,
): Promise<boolean> {
  let target: FileHandle | null = null;
  try {
    // Exclusively: whatever somebody puts there meanwhile is not written through.
    target = await open(copy, 'wx', mode);
    await copyAndTruncate(log, target, mostBytes);
    return true;
  } catch (thrown) {
    if (['ENOSPC', 'EDQUOT'].includes(errorCode(thrown))) return await rescueEnd(log, target);
    if (target !== null) await unlink(copy).catch(() => {});
    throw thrown;
  } finally {
    await target?.close();
  }
}

async function copyAndTruncate(from: FileHandle, to: FileHandle, mostBytes: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  // Up to here and no further: its writer may be as fast as we are.
  const { size } = await from.stat();
  let position = Math.max(0, size - mostBytes);
  while (position < size) {
    const { bytesRead } = await from.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    await to.writeFile(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  // The last bytes and the truncation without giving way to anything: as little as possible falls between them.
  const end = position + lastBytes;
  for (let read = 1; read > 0 && position < end; position += read) {
    read = readSync(from.fd, buffer, 0, buffer.length, position);
    writeSync(to.fd, buffer, 0, read);
    if (fstatSync(from.fd).size <= position + read) break;
  }
  ftruncateSync(from.fd, 0);
}

/** Makes room by giving up all but the end. */
async function rescueEnd(log: FileHandle, copy: FileHandle | null): Promise<boolean> {
  const buffer = Buffer.alloc(rescuedBytes);
  const start = Math.max(0, (await log.stat()).size - rescuedBytes);
  const { bytesRead } = await log.read(buffer, 0, rescuedBytes, start);
  await log.truncate(0);
  if (copy === null) return false;
  await copy.truncate(0);
  await copy.write(buffer, 0, bytesRead, 0);
  return true;
}
