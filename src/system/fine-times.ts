import type { Stats } from './files.ts';
import { isUntouched } from './files.ts';

/**
 * The clock that most file systems write down ticks every 1 to 10 ms. Two times that are closer than that, and not the same,
 * were not read off it.
 */
const shortestTickNs = 900_000n;
/** How long a device is taken to be what it was last seen to be: another one may be mounted with its number. */
const knownMs = 5_000;

const known = new Map<bigint, number>();

/**
 * Whether what was written is there, and each change from now on is sure to give it another `ctime` and `mtime`. Linux from
 * 6.13 on gives a time of its own to a change that follows a look, on ext4, XFS, Btrfs and tmpfs
 * (https://docs.kernel.org/filesystems/multigrain-ts.html); seen by that renaming or linking, right after a look, came within
 * less than a tick. On others a change within the same tick cannot be told from none.
 *
 * @param written as `replaceFile` gives it, right before it appeared.
 * @param now as it was looked at last.
 */
export function isSurelyUntouched(written: Stats, now: Stats): boolean {
  if (!isUntouched(written, now)) return false;
  const apartNs = now.ctimeNs - written.ctimeNs;
  const nowMs = performance.now();
  if (apartNs > 0n && apartNs < shortestTickNs) known.set(now.dev, nowMs + knownMs);
  return (known.get(now.dev) ?? 0) > nowMs;
}
