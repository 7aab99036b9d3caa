import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorCode } from '../../../system/files.ts';

/**
 * A process is started with one more open file, empty and called by its nonce, and hands it on to whatever it starts.
 * So its descendants are found that threw away their environment, left its session and lost their parent; and a child
 * that was forked by a controller killed before the program was loaded, when it still has that controller's environment.
 * What closes its descriptors has no leash (see `livingOf` for what else tells).
 *
 * The file has no name any more once the process runs. Only Linux tells which files a process has open.
 */

/** Where a process has it: after the log twice, or after that and the file for its exit code. */
export const leashDescriptors: readonly number[] = [3, 4];

/** The file's name, by which the kernel still tells of it once it has been removed. */
export function leashName(nonce: string): string {
  return `${nonce}.leash`;
}

/** Opens a new one for a child to inherit. `takeName` leaves it to those who have it open. */
export async function makeLeash(path: string): Promise<FileHandle> {
  const { O_RDONLY, O_CREAT, O_EXCL } = constants;
  return open(path, O_RDONLY | O_CREAT | O_EXCL, 0o600);
}

/** Also where there is none. */
export async function takeName(path: string): Promise<void> {
  await unlink(path).catch((thrown: unknown) => {
    if (errorCode(thrown) !== 'ENOENT') throw thrown;
  });
}

/** Whether an open file is the leash of this nonce, by its name as the kernel tells it. */
export function isLeash(file: string, nonce: string): boolean {
  return file.replace(/ \(deleted\)$/, '').endsWith(`/${leashName(nonce)}`);
}
