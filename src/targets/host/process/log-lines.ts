import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import type { LogOptions } from '../../target.ts';
import { rotated } from '../claims.ts';
import { openWithin } from '../parent.ts';
import { sizeOf } from './log-file.ts';

const lookEveryMs = 100;
const chunkBytes = 64 * 1024;
/** A line longer than this is given in pieces. */
const maxLineBytes = 256 * 1024;

/** Lines of a log with its rotated files, the last `tail` first, then, if asked, as they come. */
export async function* logLines(
  path: string,
  keep: number,
  limits: readonly string[],
  { tail, follow, signal }: LogOptions,
  clock: Clock,
): AsyncIterable<string> {
  let position = await sizeOf(path);
  yield* await lastLines(path, keep, limits, position, tail);
  if (!follow) return;
  // What the last line of the file lacks of its newline comes with the next bytes.
  const reader = new LineReader();
  while (signal?.aborted !== true) {
    const size = await sizeOf(path);
    if (size < position) {
      // It was rotated: its end is in the newest of the rotated files now.
      yield* reader.push(
        await readRange(rotated(path, 1), limits, position, Number.MAX_SAFE_INTEGER),
      );
      position = 0;
    }
    while (position < size) {
      const bytes = await readRange(path, limits, position, Math.min(size, position + chunkBytes));
      if (bytes.length === 0) break;
      position += bytes.length;
      yield* reader.push(bytes);
    }
    await clock.sleep(lookEveryMs, signal);
  }
}

/** The last lines before `end`; what is missing is looked for in the rotated files. */
async function lastLines(
  path: string,
  keep: number,
  limits: readonly string[],
  end: number,
  count: number,
): Promise<readonly string[]> {
  let lines: string[] = [];
  for (let index = 0; index <= keep && lines.length < count; index++) {
    const file = index === 0 ? path : rotated(path, index);
    const until = index === 0 ? end : await sizeOf(file);
    lines = [...(await tailOf(file, limits, 0, until, count - lines.length)), ...lines];
  }
  return lines;
}

/** The last `count` lines between two offsets, read from the end. */
export async function tailOf(
  path: string,
  limits: readonly string[],
  from: number,
  until: number,
  count: number,
): Promise<readonly string[]> {
  if (count <= 0) return [];
  let bytes = Buffer.alloc(0);
  let start = until;
  while (start > from) {
    const next = Math.max(from, start - chunkBytes);
    const chunk = await readRange(path, limits, next, start);
    bytes = Buffer.concat([chunk, bytes]);
    start = next;
    if (chunk.length === 0 || countNewlines(bytes) > count) break;
  }
  const text = bytes.toString('utf8');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-count);
}

async function readRange(
  path: string,
  limits: readonly string[],
  from: number,
  until: number,
): Promise<Buffer> {
  let handle;
  try {
    const folder = await openWithin(dirname(path), limits, path);
    try {
      const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
      handle = await open(folder.at(basename(path)), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } finally {
      await folder.close();
    }
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return Buffer.alloc(0);
    throw thrown;
  }
  try {
    const { size } = await handle.stat();
    const length = Math.max(0, Math.min(until, size) - from);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

/** Cuts bytes into whole lines; what has no end yet waits for it. */
class LineReader {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  push(bytes: Buffer): readonly string[] {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length <= maxLineBytes) return lines;
    lines.push(this.#rest);
    this.#rest = '';
    return lines;
  }
}
