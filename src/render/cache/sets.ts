import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Box } from './box.ts';

/** Sealed sets in a folder, some versions for each group, the least recently used ones gone first. */
interface SealedSets {
  /** Names of the versions of a group, the newest first. */
  versions(group: string): Promise<readonly string[]>;
  /** The head of a version and a way to its body; `null` where it is not what was put there. */
  read(group: string, version: string): Promise<SealedSet | null>;
  /** Keeps a set, as the newest of its group. What cannot be written is not kept. */
  put(
    group: string,
    version: string,
    set: { readonly head: string; readonly body: string },
  ): Promise<void>;
  /** Bytes on disk. */
  bytes(): Promise<number>;
}

/** A set that was found; its body is unsealed when it is asked for, `null` where it is damaged. */
interface SealedSet {
  readonly head: string;
  body(): string | null;
}

/** Where sets lie, and how much room they may take (bytes). */
interface SealedSetsOptions {
  /** Made when something is put; mode 0700. */
  readonly folder: string;
  readonly box: Box;
  readonly maxBytes: number;
  /** Sets kept of one group. */
  readonly maxVersions: number;
}

const suffix = '.set';
const lengthBytes = 4;

/** A version of a group and its size on disk. */
interface Known {
  readonly version: string;
  readonly bytes: number;
}

/**
 * One file for each set, named after its group and version, so that an index is nothing but the folder's listing. Nothing
 * is made durable: a file that a crash cut off does not open, and what is lost is rendered again.
 */
export function openSealedSets(options: SealedSetsOptions): SealedSets {
  const { folder, box, maxBytes, maxVersions } = options;
  // The least recently used group first, as a Map keeps the order of insertion; in a group the newest version first.
  let index: Promise<Map<string, readonly Known[]>> | null = null;
  let total = 0;
  let writes: Promise<void> = Promise.resolve();
  const nameOf = (group: string, version: string): string => `${group}.${version}${suffix}`;
  const pathOf = (name: string): string => join(folder, name);

  const load = async (): Promise<Map<string, readonly Known[]>> => {
    const found: (Known & { readonly group: string; readonly atMs: number })[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      const [group, version, rest] = name.split('.');
      if (group === undefined || version === undefined || `.${rest ?? ''}` !== suffix) {
        // Left by a crash in the middle of a write.
        await rm(pathOf(name), { force: true, recursive: true }).catch(() => {});
        continue;
      }
      const facts = await stat(pathOf(name)).catch(() => null);
      if (facts === null) continue;
      found.push({ group, version, bytes: facts.size, atMs: facts.mtimeMs });
    }
    found.sort((left, right) => left.atMs - right.atMs);
    const groups = new Map<string, readonly Known[]>();
    for (const { group, version, bytes } of found) {
      const others = groups.get(group) ?? [];
      groups.delete(group);
      groups.set(group, [{ version, bytes }, ...others]);
      total += bytes;
    }
    return groups;
  };
  const known = (): Promise<Map<string, readonly Known[]>> => (index ??= load());

  /** Puts a group at the end, with these versions; the files of those that are left out go. */
  const replace = async (
    groups: Map<string, readonly Known[]>,
    group: string,
    versions: readonly Known[],
  ): Promise<void> => {
    const before = groups.get(group) ?? [];
    groups.delete(group);
    if (versions.length > 0) groups.set(group, versions);
    total += sizeOf(versions) - sizeOf(before);
    const kept = new Set(versions.map(({ version }) => version));
    for (const { version } of before) {
      if (!kept.has(version))
        await rm(pathOf(nameOf(group, version)), { force: true }).catch(() => {});
    }
  };

  const write = async (group: string, version: string, bytes: Buffer): Promise<void> => {
    const groups = await known();
    const partial = pathOf(`${randomUUID()}.partial`);
    try {
      await writeIn(folder, partial, bytes);
      await rename(partial, pathOf(nameOf(group, version)));
    } catch {
      await rm(partial, { force: true }).catch(() => {});
      return;
    }
    const others = (groups.get(group) ?? []).filter((one) => one.version !== version);
    const versions = [{ version, bytes: bytes.length }, ...others].slice(0, maxVersions);
    await replace(groups, group, versions);
    for (const [oldest, held] of groups) {
      if (total <= maxBytes) break;
      await replace(groups, oldest, oldest === group ? held.slice(0, 1) : []);
    }
  };

  return {
    versions: async (group) => {
      await writes;
      return ((await known()).get(group) ?? []).map(({ version }) => version);
    },
    read: async (group, version) => {
      const groups = await known();
      const name = nameOf(group, version);
      const bytes = await readFile(pathOf(name)).catch(() => null);
      const set = bytes === null ? null : openSet(box, name, bytes);
      const versions = groups.get(group) ?? [];
      const others = versions.filter((one) => one.version !== version);
      const own = versions.filter((one) => one.version === version);
      await replace(groups, group, set === null ? others : [...own, ...others]);
      return set;
    },
    put: async (group, version, { head, body }) => {
      const name = nameOf(group, version);
      const first = box.seal(`${name} head`, Buffer.from(head));
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32LE(first.length);
      const bytes = Buffer.concat([length, first, box.seal(`${name} body`, Buffer.from(body))]);
      if (bytes.length > maxBytes) return;
      writes = writes.then(() => write(group, version, bytes));
      await writes;
    },
    bytes: async () => {
      await writes;
      await known();
      return total;
    },
  };
}

/** Makes the folder where it is not there: looking for it each time costs as much as the file. */
async function writeIn(folder: string, path: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(path, bytes, { mode: 0o600 });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, bytes, { mode: 0o600 });
  }
}

function sizeOf(sets: readonly Known[]): number {
  return sets.reduce((sum, { bytes }) => sum + bytes, 0);
}

function openSet(box: Box, name: string, bytes: Buffer): SealedSet | null {
  if (bytes.length < lengthBytes) return null;
  const end = lengthBytes + bytes.readUInt32LE(0);
  const head = box.open(`${name} head`, bytes.subarray(lengthBytes, end));
  if (head === null) return null;
  return {
    head: head.toString('utf8'),
    body: () => box.open(`${name} body`, bytes.subarray(end))?.toString('utf8') ?? null,
  };
}
