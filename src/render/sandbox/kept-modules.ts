import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../system/clock.ts';

/** Most modules that are kept, each of some 50 MB. */
const maxKept = 4;
const dayMs = 24 * 60 * 60_000;
/** A module that nobody used for this long goes. */
const unusedMs = 30 * dayMs;
/** What was begun to be written this long ago is no longer being written. */
const abandonedMs = 60 * 60_000;

const moduleName = /^[0-9a-f]{64}\.wasm$/;
const partialName = /^[0-9a-f-]{36}\.partial$/;

/**
 * Decompressed modules on disk, each under its digest. Several versions of Fairlead on one machine share the folder, so
 * that of another version stays: the four used last do, unless unused for 30 days. When a file was used last is its
 * time of modification, to the day.
 *
 * Processes need not know of each other: a file is put there whole, one that another process takes away only has to be
 * decompressed again, and what is read is not believed without its digest. A folder that cannot be read or written costs
 * time, nothing else.
 */
interface KeptModules {
  /** What `take` makes of what is kept under this digest, whatever is in it; `null` where nothing is. */
  read<T>(sha256: string, take: (file: FileHandle) => Promise<T | null>): Promise<T | null>;
  /** Puts the module there, whole or not at all, in place of what is kept under its digest. */
  keep(sha256: string, module: Uint8Array): Promise<void>;
}

/**
 * Keeps modules in `folder`, which is made when it is first needed. Nothing here fails: what cannot be kept is made
 * again.
 */
export function createKeptModules(folder: string, clock: Pick<Clock, 'nowMs'>): KeptModules {
  const pathOf = (sha256: string): string => join(folder, `${sha256}.wasm`);
  return {
    read: async (sha256, take) => {
      const found = await orNull(takeFrom(pathOf(sha256), take));
      if (found !== null) await orNull(use(pathOf(sha256)));
      return found;
    },
    keep: async (sha256, module) => {
      const partial = join(folder, `${randomUUID()}.partial`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(partial, module, { mode: 0o600 });
        await touch(partial);
        await rename(partial, pathOf(sha256));
        await tidy();
      } catch {
        await orNull(rm(partial, { force: true }));
      }
    },
  };

  /** Notes that a module is in use, once a day; then, too, those that are not any more go. */
  async function use(path: string): Promise<void> {
    const { mtimeMs } = await stat(path);
    if (Math.abs(clock.nowMs() - mtimeMs) < dayMs) return;
    await touch(path);
    await tidy();
  }

  function touch(path: string): Promise<void> {
    const now = clock.nowMs() / 1_000;
    return utimes(path, now, now);
  }

  async function tidy(): Promise<void> {
    const names = await readdir(folder);
    const modules = await withAge(names.filter((name) => moduleName.test(name)));
    const partials = await withAge(names.filter((name) => partialName.test(name)));
    const gone = [
      ...modules.filter(({ ageMs }, place) => place >= maxKept || ageMs > unusedMs),
      ...partials.filter(({ ageMs }) => ageMs > abandonedMs),
    ];
    for (const { path } of gone) await rm(path, { force: true });
  }

  /** Youngest first. What another process takes away meanwhile is left out. */
  async function withAge(
    names: readonly string[],
  ): Promise<readonly { readonly path: string; readonly ageMs: number }[]> {
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        const stats = await orNull(stat(path));
        // A time to come is of a clock that was wrong: no module may stay for ever by it.
        return stats === null ? [] : [{ path, ageMs: Math.abs(clock.nowMs() - stats.mtimeMs) }];
      }),
    );
    return found.flat().toSorted((one, other) => one.ageMs - other.ageMs);
  }
}

async function takeFrom<T>(path: string, take: (file: FileHandle) => Promise<T>): Promise<T> {
  await using file = await open(path);
  return await take(file);
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch {
    return null;
  }
}
