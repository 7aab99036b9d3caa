import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { errorRecord } from '../model/error.ts';
import type { StreamLine } from './methods.ts';

/**
 * Writes items as newline-delimited JSON as they come, no faster than the reader takes them, and says at the end
 * whether it was the end or an error. The first item is awaited before the status is sent, so that an error which
 * comes at once is an ordinary error answer.
 */
export async function writeStream(
  response: ServerResponse,
  items: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  // An iterator that waits for its next item may not look at the signal; whoever is gone must not be waited for.
  const stopped = new Promise<{ readonly done: true; readonly value: undefined }>((resolve) => {
    const stop = (): void => resolve({ done: true, value: undefined });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const next = (): Promise<IteratorResult<unknown, unknown>> =>
    Promise.race([iterator.next(), stopped]);
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
    });
    response.flushHeaders();
  };
  try {
    const first = next();
    // Nothing may come for hours: the reader must see soon that the stream is open.
    const opened = setTimeout(begin, 50);
    let result: IteratorResult<unknown, unknown>;
    try {
      result = await first;
    } finally {
      clearTimeout(opened);
    }
    begin();
    while (result.done !== true) {
      await writeLine(response, { item: result.value }, signal);
      result = await next();
    }
    await writeLine(response, { end: true }, signal);
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    await writeLine(response, { error: errorRecord(error) }, signal);
    response.end();
  } finally {
    // Not awaited: an iterator in the middle of `next` answers only when that ends.
    void iterator.return?.().catch(() => undefined);
  }
}

async function writeLine(
  response: ServerResponse,
  line: StreamLine<unknown>,
  signal: AbortSignal,
): Promise<void> {
  if (response.destroyed) return;
  const room = response.write(`${JSON.stringify(line)}\n`);
  if (room || signal.aborted) return;
  try {
    await once(response, 'drain', { signal });
  } catch {
    // Aborted while waiting: the loop ends by itself.
  }
}

/** The lines of an answer, as they arrive. */
export function readLines(answer: Readable): AsyncIterable<string> {
  return createInterface({ input: answer, crlfDelay: Number.POSITIVE_INFINITY });
}
