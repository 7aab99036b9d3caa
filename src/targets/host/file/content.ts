import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { Clock } from '../../../system/clock.ts';
import { sha256 } from '../../../system/hasher.ts';
import { disk } from '../../../system/disk.ts';
import { errorCode, lstatOrNull, signatureOf } from '../../../system/files.ts';
import type { Stats } from '../../../system/files.ts';
import type { FileMemory } from '../memory.ts';

/** Largest text that is shown in differences, in bytes. */
export const maxTextBytes = 64 * 1024;

const chunkBytes = 1024 * 1024;

/** What stands at a path that a File should have. */
export type Found =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file';
      readonly stats: Stats;
      readonly signature: string;
      /** `sha256:…` of the content. */
      readonly digest: string;
    }
  /** Never followed, never mistaken for the file it leads to. */
  | {
      readonly kind: 'symlink';
      readonly stats: Stats;
      readonly signature: string;
      readonly to: string;
    }
  | {
      readonly kind: 'other';
      readonly stats: Stats;
      readonly signature: string;
      /** `directory`, `fifo`, `socket`, `device`. */
      readonly type: string;
    };

/** `sha256:…` of text (as UTF-8) or bytes. */
export function contentDigest(content: string | Uint8Array): string {
  return `sha256:${sha256(content)}`;
}

/** What looking at files takes. `memory` spares reading what has not changed. */
export interface Looker {
  readonly memory: FileMemory;
  readonly clock: Clock;
}

/**
 * Looks at a path. Content is read only where its signature is not known yet.
 * @param at the path to look by, when it is another spelling of `path` (through an open folder).
 * @param reread Read the content, whatever is known. Default false.
 * @throws errors of the system (`EACCES`, `EIO` …) as they are.
 */
export async function lookAtFile(
  { memory, clock }: Looker,
  path: string,
  options: {
    readonly at?: string;
    readonly signal?: AbortSignal | undefined;
    readonly reread?: boolean;
  } = {},
): Promise<Found> {
  const at = options.at ?? path;
  // A file that is written to while we read has no one content; the third try takes what it gets.
  for (let attempt = 1; ; attempt++) {
    const lookedAtMs = clock.nowMs();
    const stats = await lstatOrNull(at);
    if (stats === null) {
      memory.forget(path);
      return { kind: 'absent' };
    }
    const signature = signatureOf(stats);
    const times = { changedAtMs: Number(stats.ctimeMs), lookedAtMs };
    if (!stats.isFile()) {
      memory.remember(path, signature, '', times);
      return stats.isSymbolicLink()
        ? { kind: 'symlink', stats, signature, to: await disk().readlink(at) }
        : { kind: 'other', stats, signature, type: typeOf(stats) };
    }
    const recalled = options.reread === true ? null : memory.recall(path, signature);
    if (recalled !== null) return { kind: 'file', stats, signature, digest: recalled };
    const read = await digestFile(at, options.signal);
    if (read === null || (read.signature !== signature && attempt < 3)) continue;
    memory.remember(path, read.signature, read.digest, times);
    return { kind: 'file', stats, signature: read.signature, digest: read.digest };
  }
}

/** `null`: it was swapped for something else since it was looked at. */
async function digestFile(
  at: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly signature: string; readonly digest: string } | null> {
  const via = disk();
  let fd: number;
  try {
    // Without O_NONBLOCK a FIFO put there meanwhile would block a thread for ever.
    fd = await via.open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(errorCode(thrown))) return null;
    throw thrown;
  }
  try {
    const before = await via.fstat(fd);
    if (!before.isFile()) return null;
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Number(before.size) + 1));
    for (;;) {
      signal?.throwIfAborted();
      const bytesRead = await via.read(fd, buffer);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      if (bytesRead < buffer.length && BigInt(bytesRead) === before.size) break;
    }
    return {
      signature: signatureOf(await via.fstat(fd)),
      digest: `sha256:${hash.digest('hex')}`,
    };
  } finally {
    await via.close(fd);
  }
}

/** The content as text, for people; `null` where it is too long or no UTF-8 text, or gone by now. */
export async function readText(at: string, size: bigint): Promise<string | null> {
  if (size > BigInt(maxTextBytes)) return null;
  const via = disk();
  try {
    const fd = await via.open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(maxTextBytes + 1);
      const bytesRead = await via.read(fd, buffer);
      return bytesRead > maxTextBytes ? null : asText(buffer.subarray(0, bytesRead));
    } finally {
      await via.close(fd);
    }
  } catch {
    return null;
  }
}

function asText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What neither a file nor a symlink is called. */
export function typeOf(stats: Stats): string {
  if (stats.isDirectory()) return 'directory';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return 'device';
}
