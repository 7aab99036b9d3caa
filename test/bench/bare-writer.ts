import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LiveFile } from './monorepo.ts';

export interface BareWriteOptions {
  /** Applications at the same time; with more than one, also the files of each. */
  readonly parallel: number;
  /**
   * Whether a record of each application is written as durably as its files, before them and after them: what it
   * takes to find out after a power cut what was begun and what is done.
   */
  readonly records: boolean;
}

/** About what Fairlead records of an application with three files, in bytes. */
const recordBytes = 2_500;

/**
 * The physical limit of a deployment: the same files, made as durably as Fairlead makes them (a temporary file in the
 * same folder, fsync, rename, fsync of the folder; new folders likewise), by a program that does nothing else.
 * Nothing is deleted afterwards: ext4 skips inodes that were freed in the last minutes one by one, so that whoever
 * makes files right after many were deleted (the next measurement) would pay for it.
 *
 * @param root a folder that does not exist yet.
 * @returns milliseconds.
 */
export async function bareWrite(
  applications: readonly (readonly LiveFile[])[],
  root: string,
  { parallel, records }: BareWriteOptions,
): Promise<number> {
  const recordsFolder = join(root, 'records');
  await mkdir(recordsFolder, { recursive: true });
  const place = (path: string): string => root + path.slice(dirname(dirname(path)).length);
  const began = performance.now();
  await eachOf([...applications.entries()], parallel, async ([at, files]) => {
    const [first] = files;
    if (first === undefined) return;
    const record = join(recordsFolder, `${at}.json`);
    if (records) await write(record, `${'a'.repeat(recordBytes)}\n`);
    const folder = dirname(place(first.path));
    await mkdir(folder);
    await fsyncFolder(root);
    if (parallel > 1) {
      await Promise.all(files.map((file) => write(place(file.path), file.content)));
    } else {
      for (const file of files) await write(place(file.path), file.content);
    }
    if (records) await write(record, `${'b'.repeat(recordBytes)}\n`);
  });
  return performance.now() - began;
}

/** The limit of a restart: every file is read once, and that is all. @returns milliseconds. */
export async function bareRead(paths: readonly string[], parallel: number): Promise<number> {
  const began = performance.now();
  await eachOf(paths, parallel, (path) => readFile(path));
  return performance.now() - began;
}

async function write(path: string, content: string): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'wx');
  await handle.writeFile(content);
  await handle.sync();
  await handle.close();
  await rename(temporary, path);
  await fsyncFolder(dirname(path));
}

async function fsyncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}

async function eachOf<T>(
  items: readonly T[],
  parallel: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
