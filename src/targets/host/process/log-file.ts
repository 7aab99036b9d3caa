import { constants } from 'node:fs';
import { lstat, open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { errorCode } from '../../../system/files.ts';
import type { Effect } from '../../target.ts';
import { rotated } from '../claims.ts';
import { inTheWay } from '../errors.ts';
import { openParent } from '../parent.ts';

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

/** Removes a log with all that was rotated from it. */
export async function removeLog(path: string, keep: number): Promise<void> {
  for (const file of [path, ...Array.from({ length: keep }, (_, at) => rotated(path, at + 1))]) {
    await removeFile(file);
  }
}

/** Also where nothing is. */
export async function removeFile(path: string): Promise<void> {
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
