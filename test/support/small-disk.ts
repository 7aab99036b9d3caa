import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './git.ts';

/** A disk of its own, small enough to be full at once. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Leaves not one byte free. */
  fill(): void;
  /** Makes room again. */
  free(): void;
  readOnly(on: boolean): void;
}

/** Whether this user may mount; who may not cannot run the tests of full disks. */
export function canMount(): boolean {
  const folder = temporaryFolder('fairlead-mount-');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'fairlead-test', folder], {
      stdio: 'ignore',
    });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mounts a file system in memory at a new folder. Only Linux, only root. */
export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = temporaryFolder('fairlead-disk-');
  const path = join(folder, 'disk');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'fairlead-test', path]);
  const filler = join(path, '.filler');
  return {
    path,
    fill() {
      const file = openSync(filler, 'a', 0o600);
      try {
        for (let bytes = 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 2)) {
          const chunk = Buffer.alloc(bytes);
          try {
            while (writeSync(file, chunk) === bytes);
          } catch {
            // Full for chunks of this size; smaller ones may still fit.
          }
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    readOnly: (on) => {
      execFileSync('mount', ['-o', `remount,${on ? 'ro' : 'rw'}`, path]);
    },
    [Symbol.dispose]() {
      // Lazily: whatever has a file of it open must not keep the test from ending.
      execFileSync('umount', ['--lazy', path]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
