import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { TransportError } from './transport.ts';
import type {
  AnswerBody,
  BodyHandlers,
  Transport,
  TransportAnswer,
  TransportRequest,
} from './transport.ts';

/** Connections for calls; each carries one at a time. Watches have one each beside them. */
const maxCallSockets = 32;

/** HTTP/1.1, for proxies that stand before a server and speak nothing newer, and for servers without TLS. */
export class Http1Transport implements Transport {
  readonly #server: URL;
  readonly #calls: DialAgent;
  readonly #watches: DialAgent;

  /** @param dial a new connection, that has settled on HTTP/1.1 */
  constructor(server: URL, dial: () => Promise<Socket>) {
    this.#server = server;
    this.#calls = new DialAgent(dial, maxCallSockets);
    this.#watches = new DialAgent(dial, Number.POSITIVE_INFINITY);
  }

  send(request: TransportRequest): Promise<TransportAnswer> {
    return new Promise((resolve, reject) => {
      let socket: Socket | null = null;
      const asked = httpRequest({
        agent: request.kind === 'call' ? this.#calls : this.#watches,
        method: request.method,
        path: request.path,
        headers: {
          host: this.#server.host,
          ...request.headers,
          ...(request.body === null ? {} : { 'content-length': request.body.length }),
        },
      });
      const broken = (cause: Error): Error => brokenOff(cause, asked, socket !== null);
      const aborted = (): void => {
        asked.destroy();
        reject(new TransportError('it was aborted', socket !== null, request.signal.reason));
      };
      if (request.signal.aborted) return aborted();
      request.signal.addEventListener('abort', aborted, { once: true });
      asked.once('socket', (given) => {
        socket = given;
      });
      asked.once('error', (error) => {
        request.signal.removeEventListener('abort', aborted);
        reject(broken(error));
      });
      asked.once('response', (message) => {
        resolve({
          status: message.statusCode ?? 0,
          headers: message.headers,
          body: new MessageBody(message, request.signal, aborted),
          // There is no way to ask the other side; TCP's own keep-alive ends what is dead.
          isAlive: async () => false,
        });
      });
      asked.end(request.body ?? undefined);
    });
  }

  close(): void {
    this.#calls.destroy();
    this.#watches.destroy();
  }
}

function brokenOff(cause: Error, asked: ClientRequest, hadSocket: boolean): Error {
  if (!hadSocket && !(cause instanceof Error && 'syscall' in cause)) return cause;
  return new TransportError('the connection broke off', hadSocket || asked.reusedSocket, cause);
}

/** Keeps connections that `dial` makes. */
class DialAgent extends Agent {
  readonly #dial: (callback: (error: Error | null, socket: Socket) => void) => void;

  constructor(dial: () => Promise<Socket>, maxSockets: number) {
    super({ keepAlive: true, maxSockets });
    this.#dial = callbackify(dial);
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#dial((error, socket) => callback?.(error, socket));
  }
}

class MessageBody implements AnswerBody {
  readonly #message: IncomingMessage;
  readonly #release: () => void;
  #isOver = false;

  constructor(message: IncomingMessage, signal: AbortSignal, aborted: () => void) {
    this.#message = message;
    this.#release = () => signal.removeEventListener('abort', aborted);
  }

  read(handlers: BodyHandlers): void {
    const over = (tell: () => void): void => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#release();
      tell();
    };
    this.#message.on('data', (chunk: Buffer) => {
      if (!this.#isOver) handlers.data(chunk);
    });
    this.#message.once('end', () => over(() => handlers.end()));
    const failed = (cause?: Error): void =>
      over(() => handlers.error(new TransportError('the connection broke off', true, cause)));
    this.#message.once('error', failed);
    this.#message.once('close', () => failed());
  }

  pause(): void {
    this.#message.pause();
  }

  resume(): void {
    this.#message.resume();
  }

  cancel(): void {
    this.#isOver = true;
    this.#release();
    this.#message.destroy();
  }
}
