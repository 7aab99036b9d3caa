import { readFileSync } from 'node:fs';

/** How long the table of mounts is taken as known. */
const rememberedMs = 5_000;

/** Kept on a disk of this machine or in its memory, or made up by the kernel: none of these waits for anybody else. */
const ownTypes: ReadonlySet<string> = new Set(
  [
    'bcachefs btrfs erofs exfat ext2 ext3 ext4 f2fs hfsplus iso9660 jfs nilfs2 ntfs3 overlay reiserfs squashfs udf',
    'vfat xfs zfs devtmpfs ramfs tmpfs aufs',
    'bdev binder binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devpts efivarfs fusectl hugetlbfs mqueue nsfs',
    'proc pstore resctrl rpc_pipefs securityfs selinuxfs smackfs sysfs tracefs',
  ].flatMap((line) => line.split(' ')),
);

/** Served by a program, but only where no file of ours is: under `/proc`, `/sys` and `/run/user`. */
const harmless = /^(?:fuse\.(?:lxcfs|portal|gvfsd-fuse|snapfuse)|autofs)$/;
const harmlessPlaces = /^\/(?:proc|sys|run\/user|var\/lib\/lxcfs|snap)\//;

let known: { readonly quick: boolean; readonly untilMs: number } | null = null;

/**
 * Whether every mounted file system is this machine's own, so that a call which needs no disk is answered at once. A
 * single one of another kind (NFS, FUSE) may be behind any path, through a symlink, and could hold up whoever asks.
 */
export function allMountsAreOwn(): boolean {
  const nowMs = performance.now();
  if (known === null || nowMs >= known.untilMs) {
    known = { quick: look(), untilMs: nowMs + rememberedMs };
  }
  return known.quick;
}

function look(): boolean {
  try {
    return areOwn(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** @param table as in proc_pid_mountinfo(5). */
export function areOwn(table: string): boolean {
  return table
    .split('\n')
    .filter((line) => line !== '')
    .every((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const place = before.split(' ')[4] ?? '';
      const [type = ''] = after.split(' ');
      return ownTypes.has(type) || (harmless.test(type) && harmlessPlaces.test(place));
    });
}
