import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../../system/clock.ts';
import { done } from './linked.ts';
import { TransportError } from './transport.ts';
import type { AnswerBody, BodyHandlers, TransportAnswer, TransportRequest } from './transport.ts';

/**
 * What the server may send ahead on one stream, and on all of a connection: 64 KiB, as the protocol begins with, is a
 * round trip for every 64 KiB of a list. Bytes.
 */
const streamWindowBytes = 4 * 1024 * 1024;
const connectionWindowBytes = 32 * 1024 * 1024;

/** What Node may keep for one connection, in MB; its default of 10 is less than a few lists. */
const sessionMemoryMb = 256;

/** After so long without a sign of life the other side is asked for one. */
const pingEveryMs = 10_000;

/** It has so long to give one. */
const pingTimeoutMs = 10_000;

interface Http2ConnectionOptions {
  readonly socket: Socket;
  readonly origin: string;
  readonly clock: Clock;
  /** Most streams at a time; the server's own limit counts, too. */
  readonly maxStreams: number;
  /** A stream has ended, or the connection takes none any more. */
  readonly onChange: () => void;
}

/** One HTTP/2 connection. Takes no new streams once the server says GOAWAY; those that are there end in peace. */
export class Http2Connection {
  readonly #session: ClientHttp2Session;
  readonly #options: Http2ConnectionOptions;
  readonly #ended = new AbortController();
  #streams = 0;
  #isRetired = false;
  #heardMs: number;
  #pinging: Promise<boolean> | null = null;

  constructor(options: Http2ConnectionOptions) {
    this.#options = options;
    const { socket, origin, clock } = options;
    this.#heardMs = clock.monotonicMs();
    this.#session = connect(origin, {
      createConnection: () => socket,
      maxSessionMemory: sessionMemoryMb,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
    });
    const session = this.#session;
    session.once('connect', () => session.setLocalWindowSize(connectionWindowBytes));
    session.once('goaway', () => this.retire());
    session.on('error', () => {});
    session.once('close', () => {
      this.#isRetired = true;
      this.#ended.abort(done);
      options.onChange();
    });
    void this.#keepAlive();
  }

  /** Whether a request may go over it now. */
  get hasRoom(): boolean {
    if (!this.isUsable) return false;
    const { maxConcurrentStreams = this.#options.maxStreams } = this.#session.remoteSettings;
    return this.#streams < Math.min(this.#options.maxStreams, maxConcurrentStreams);
  }

  get isUsable(): boolean {
    return !this.#isRetired && !this.#session.closed && !this.#session.destroyed;
  }

  get streams(): number {
    return this.#streams;
  }

  /** Takes no new requests; ends when those under way have. */
  retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    this.#session.close();
    this.#options.onChange();
  }

  /** Ends it at once, whatever is under way. */
  destroy(why?: Error): void {
    this.#isRetired = true;
    this.#session.destroy(why);
    // One that was retired before would wait for the other side to end it, too, which may not live any more.
    this.#options.socket.destroy();
  }

  send(request: TransportRequest): Promise<TransportAnswer> {
    let stream: ClientHttp2Stream;
    try {
      stream = this.#session.request(
        { ...request.headers, ':method': request.method, ':path': request.path },
        { endStream: request.body === null },
      );
    } catch (thrown) {
      throw new TransportError('the connection takes no more requests', false, thrown);
    }
    this.#streams += 1;
    stream.once('close', () => {
      this.#streams -= 1;
      this.#options.onChange();
    });
    if (request.body !== null) stream.end(request.body);
    return new Promise((resolve, reject) => {
      const body = new StreamBody(stream, request.signal, () => this.#hear());
      body.onFailure = reject;
      stream.once('response', (headers) => {
        this.#hear();
        body.onFailure = null;
        resolve({
          status: headers[':status'] ?? 0,
          headers,
          body,
          isAlive: (maxAgeMs) => this.isAlive(maxAgeMs),
        });
      });
    });
  }

  /** Whether the other side was heard within the last `maxAgeMs`; asks it if not. */
  async isAlive(maxAgeMs: number): Promise<boolean> {
    if (this.#session.destroyed) return false;
    if (this.#options.clock.monotonicMs() - this.#heardMs <= maxAgeMs) return true;
    return await this.#ping();
  }

  #hear(): void {
    this.#heardMs = this.#options.clock.monotonicMs();
  }

  #ping(): Promise<boolean> {
    this.#pinging ??= this.#askForLife().finally(() => {
      this.#pinging = null;
    });
    return this.#pinging;
  }

  async #askForLife(): Promise<boolean> {
    const timer = new AbortController();
    const answered = new Promise<boolean>((resolve) => {
      try {
        this.#session.ping((error) => resolve(error === null));
      } catch {
        resolve(false);
      }
    });
    const late = this.#options.clock.sleep(
      pingTimeoutMs,
      AbortSignal.any([timer.signal, this.#ended.signal]),
    );
    const isAlive = await Promise.race([answered, late.then(() => false)]);
    timer.abort(done);
    if (isAlive) this.#hear();
    return isAlive;
  }

  /** A connection that died without a word would let its watches wait for ever. */
  async #keepAlive(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#ended.signal.aborted) {
      await clock.sleep(pingEveryMs, this.#ended.signal);
      if (this.#ended.signal.aborted) return;
      if (!(await this.isAlive(pingEveryMs / 2))) {
        this.destroy(new Error('the other side gives no sign of life'));
        return;
      }
    }
  }
}

/** A stream of an answer, and what becomes of it: exactly one end. */
class StreamBody implements AnswerBody {
  readonly #stream: ClientHttp2Stream;
  /** Before the answer has begun. */
  onFailure: ((error: Error) => void) | null = null;
  #handlers: BodyHandlers | null = null;
  #failure: Error | null = null;
  #isOver = false;
  #hasEnded = false;

  constructor(stream: ClientHttp2Stream, signal: AbortSignal, heard: () => void) {
    this.#stream = stream;
    const aborted = (): void => {
      this.#fail(new TransportError('it was aborted', true, signal.reason));
      stream.close(constants.NGHTTP2_CANCEL);
    };
    signal.addEventListener('abort', aborted, { once: true });
    stream.on('data', (chunk: Buffer) => {
      heard();
      if (!this.#isOver) this.#handlers?.data(chunk);
    });
    stream.once('end', () => {
      this.#hasEnded = true;
    });
    stream.once('error', (error) => this.#fail(this.#broken(error)));
    stream.once('close', () => {
      signal.removeEventListener('abort', aborted);
      // Node ends a stream that was cut off like any other; only the code tells.
      // An answer that never began has not ended well, whatever the code.
      const isWhole = this.#hasEnded && this.onFailure === null;
      if (isWhole && stream.rstCode === constants.NGHTTP2_NO_ERROR) this.#end();
      else this.#fail(this.#broken(undefined));
    });
    // Nothing flows before there is somebody to take it.
    stream.pause();
  }

  read(handlers: BodyHandlers): void {
    this.#handlers = handlers;
    if (this.#failure !== null) return handlers.error(this.#failure);
    this.#stream.resume();
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  cancel(): void {
    this.#isOver = true;
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handlers?.end();
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = error;
    if (this.onFailure !== null) this.onFailure(error);
    else this.#handlers?.error(error);
  }

  #broken(cause: Error | undefined): TransportError {
    const { rstCode } = this.#stream;
    // REFUSED_STREAM: also for what GOAWAY says was not looked at. See RFC 9113, section 8.7.
    const isRefused = rstCode === constants.NGHTTP2_REFUSED_STREAM;
    const what = isRefused ? 'the server did not take the request' : 'the connection broke off';
    return new TransportError(what, !isRefused, cause);
  }
}
