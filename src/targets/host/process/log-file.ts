import { constants, fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../../system/files.ts';
import type { Effect } from '../../target.ts';
import { inTheWay } from '../errors.ts';
import { openParent } from '../parent.ts';

const chunkBytes = 256 * 1024;

/** Name of the `index`-th rotated file; 1 is the newest. */
export function rotated(path: string, index: number): string {
  return `${path}.${index}`;
}

/**
 * Opens a log for appending, with missing folders. A process that writes to a file goes on when its controller is gone;
 * one that writes to a pipe dies with it.
 *
 * @throws FairleadError `target.not-permitted`, `host.in-the-way`; errors of the system as they are.
 */
export async function openLog(
  path: string,
  limits: readonly string[],
  effect: Effect,
  resource: string,
): Promise<FileHandle> {
  const folder = await openParent(path, limits, effect, resource);
  try {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
    const handle = await open(folder.at(basename(path)), flags, 0o640);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    throw inTheWay({ message: `${path}, the log of ${resource}, is no file`, resource });
  } finally {
    await folder.close();
  }
}

/**
 * Rotates a log that has grown past `maxBytes`, by copying and truncating: its writer has it open and goes on with the
 * same file. What is written between the last byte copied and the truncation is lost; both are one step of this thread.
 *
 * @returns whether it was rotated.
 */
export async function rotateLog(
  path: string,
  { maxBytes, keep }: { readonly maxBytes: number; readonly keep: number },
): Promise<boolean> {
  const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
  let handle: FileHandle;
  try {
    handle = await open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size <= maxBytes) return false;
    if (keep === 0) {
      await handle.truncate(0);
      return true;
    }
    const copy = join(dirname(path), `.${basename(path)}.rotating`);
    await removeFile(copy);
    // Exclusively: whatever somebody puts there meanwhile is not written through.
    const target = await open(copy, 'wx', stats.mode & 0o777);
    try {
      await copyAndTruncate(handle, target);
    } catch (thrown) {
      await unlink(copy).catch(() => {});
      throw thrown;
    } finally {
      await target.close();
    }
    for (let index = keep; index > 1; index--) {
      await rename(rotated(path, index - 1), rotated(path, index)).catch((thrown: unknown) => {
        if (errorCode(thrown) !== 'ENOENT') throw thrown;
      });
    }
    await rename(copy, rotated(path, 1));
    return true;
  } finally {
    await handle.close();
  }
}

async function copyAndTruncate(from: FileHandle, to: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let position = 0;
  for (;;) {
    const { bytesRead } = await from.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    await to.writeFile(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  // The last bytes and the truncation without giving way to anything: as little as possible falls between them.
  for (let read = 1; read > 0; position += read) {
    read = readSync(from.fd, buffer, 0, buffer.length, position);
    writeSync(to.fd, buffer, 0, read);
    if (fstatSync(from.fd).size <= position + read) break;
  }
  ftruncateSync(from.fd, 0);
}

/** Removes a log with all that was rotated from it. */
export async function removeLog(path: string, keep: number): Promise<void> {
  for (const file of [path, ...Array.from({ length: keep }, (_, at) => rotated(path, at + 1))]) {
    await removeFile(file);
  }
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((thrown: unknown) => {
    if (errorCode(thrown) !== 'ENOENT') throw thrown;
  });
}

/** Size in bytes; 0 where there is nothing. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return 0;
    throw thrown;
  }
}
