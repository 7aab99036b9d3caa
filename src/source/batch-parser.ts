import type { ObjectInfo, ObjectKind } from './git-object.ts';

/** What Git says of one name. `bytes` are empty where only the header was asked for. */
export type BatchAnswer =
  | { readonly kind: 'missing' }
  | { readonly kind: 'found'; readonly info: ObjectInfo; readonly bytes: Buffer };

/** Whose requests are answered, in the order in which they were sent. */
interface BatchHandler {
  /** What was asked next; decides whether content follows the header. `null`: nothing was. */
  next(): 'info' | 'contents' | null;
  answer(answer: BatchAnswer): void;
}

const none = Buffer.alloc(0);

/**
 * Takes the output of `git cat-file --batch…` apart: `<oid> <type> <size>` LF, then for contents that many bytes and LF;
 * or `<name> missing`, `<name> ambiguous`.
 *
 * Format: https://git-scm.com/docs/git-cat-file#_batch_output
 */
export class BatchParser {
  readonly #handler: BatchHandler;
  #header: Buffer = none;
  #body: { readonly info: ObjectInfo; readonly bytes: Buffer; filled: number } | null = null;

  constructor(handler: BatchHandler) {
    this.#handler = handler;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#body === null ? this.#line(rest) : this.#content(rest);
  }

  #line(chunk: Buffer): Buffer {
    const end = chunk.indexOf(10);
    if (end === -1) {
      this.#header = Buffer.concat([this.#header, chunk]);
      return none;
    }
    const line = Buffer.concat([this.#header, chunk.subarray(0, end)]).toString('utf8');
    this.#header = none;
    const match = /^(?<oid>[0-9a-f]{40,64}) (?<kind>commit|tree|blob|tag) (?<size>\d+)$/.exec(line);
    if (match?.groups === undefined) {
      this.#handler.answer({ kind: 'missing' });
      return chunk.subarray(end + 1);
    }
    const info: ObjectInfo = {
      oid: match.groups['oid'] ?? '',
      kind: match.groups['kind'] as ObjectKind,
      size: Number(match.groups['size']),
    };
    if (this.#handler.next() === 'contents') {
      // One more byte: the line end after the content.
      this.#body = { info, bytes: Buffer.allocUnsafe(info.size + 1), filled: 0 };
    } else {
      this.#handler.answer({ kind: 'found', info, bytes: none });
    }
    return chunk.subarray(end + 1);
  }

  #content(chunk: Buffer): Buffer {
    const body = this.#body;
    if (body === null) return chunk;
    const taken = chunk.copy(body.bytes, body.filled);
    body.filled += taken;
    if (body.filled === body.bytes.length) {
      this.#body = null;
      this.#handler.answer({
        kind: 'found',
        info: body.info,
        bytes: body.bytes.subarray(0, body.info.size),
      });
    }
    return chunk.subarray(taken);
  }
}
