import { constants } from 'node:fs';
import { chmod, chown, open } from 'node:fs/promises';
import type { Ownership } from '../accounts.ts';

/** O_PATH of Linux: names the very thing without the right to read it. Node has no word for it. */
const pathOnly = 0o10_000_000;

/**
 * Sets mode and owner of the directory at `at`, and of nothing else: a symlink put there meanwhile is refused.
 * Works on directories that we may not read.
 * @throws ENOTDIR, ELOOP for what is no directory; EPERM …
 */
export async function setAttributes(
  at: string,
  mode: number,
  { uid, gid }: Ownership,
): Promise<void> {
  const isLinux = process.platform === 'linux';
  const access = isLinux ? pathOnly : constants.O_RDONLY;
  const handle = await open(at, access | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (!isLinux) {
      if (uid !== null || gid !== null) await handle.chown(uid ?? -1, gid ?? -1);
      await handle.chmod(mode);
      return;
    }
    // What is only named cannot be changed by its number; its entry in /proc leads to it and nowhere else.
    const self = `/proc/self/fd/${handle.fd}`;
    if (uid !== null || gid !== null) await chown(self, uid ?? -1, gid ?? -1);
    await chmod(self, mode);
  } finally {
    await handle.close();
  }
}
