import type { Socket } from 'node:net';
import type { Clock } from '../../../system/clock.ts';
import type { Access } from '../auth/access.ts';
import { sameCertificate } from '../auth/credentials.ts';
import type { Credential } from '../auth/credentials.ts';
import { unavailable } from './errors.ts';
import { dial } from './dial.ts';
import { Http1Transport } from './http1-transport.ts';
import { Http2Connection } from './http2-connection.ts';
import { TransportError } from './transport.ts';
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts';

/** The server takes 100 streams a connection; the rest is room for what ends slowly. */
const maxStreams = 80;

interface PoolOptions {
  readonly access: Access;
  readonly clock: Clock;
}

/**
 * Connections to one server: some for calls, others for watches, so that neither waits for the other. The protocol
 * is what the server chose when it was dialled last.
 */
export class Pool implements Transport {
  readonly #options: PoolOptions;
  readonly #groups = { call: new Group(), watch: new Group() };
  #http1: { readonly transport: Http1Transport; readonly credential: Credential } | null = null;
  readonly #closing = new AbortController();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** @param request sent over a connection that was made with the certificate of `credential` */
  async send(
    request: TransportRequest,
    credential: Credential = { authorization: null, certificate: null },
  ): Promise<TransportAnswer> {
    this.#retireOthers(credential);
    const group = this.#groups[request.kind];
    for (;;) {
      const way = this.#http1?.transport ?? group.connections.find(({ hasRoom }) => hasRoom);
      if (way !== undefined) return await way.send(request);
      await this.#wait(this.#grow(group, credential), request.signal);
    }
  }

  close(): void {
    this.#closing.abort(unavailable({ message: 'the connection to the cluster was closed' }));
    for (const group of Object.values(this.#groups))
      for (const connection of group.connections) connection.destroy();
    this.#http1?.transport.close();
  }

  /** How many connections there are; for tests and facts. */
  get connections(): { readonly call: number; readonly watch: number } {
    const count = (group: Group): number =>
      group.connections.filter(({ isUsable }) => isUsable).length;
    return { call: count(this.#groups.call), watch: count(this.#groups.watch) };
  }

  /** One more connection for the group; who asks while it is made shares it. */
  #grow(group: Group, credential: Credential): Promise<void> {
    group.growing ??= this.#connect(group, credential).finally(() => {
      group.growing = null;
    });
    return group.growing;
  }

  async #connect(group: Group, credential: Credential): Promise<void> {
    const { access, clock } = this.#options;
    const signal = this.#closing.signal;
    const { socket, protocol } = await dial({ access, clock, credential, signal });
    if (signal.aborted) {
      socket.destroy();
      throw signal.reason;
    }
    if (protocol === 'http/1.1') {
      this.#http1 ??= this.#fallBack(socket, credential);
      return;
    }
    const connection = new Http2Connection({
      socket,
      origin: access.server.origin,
      clock,
      maxStreams,
      onChange: () => {
        group.connections = group.connections.filter(
          (other) => other.isUsable || other.streams > 0,
        );
      },
    });
    group.connections = [...group.connections, connection];
    group.certificates.set(connection, credential);
  }

  #fallBack(first: Socket, credential: Credential) {
    const { access, clock } = this.#options;
    let unused: Socket | null = first;
    const next = async (): Promise<Socket> => {
      const kept = unused;
      unused = null;
      if (kept !== null && !kept.destroyed) return kept;
      const { socket, protocol } = await dial({
        access,
        clock,
        credential,
        signal: this.#closing.signal,
      });
      if (protocol === 'http/1.1') return socket;
      // The server, or what stands before it, has changed: the next request begins anew.
      socket.destroy();
      this.#http1 = null;
      throw new TransportError('the server speaks another protocol now', false);
    };
    return { transport: new Http1Transport(access.server, next), credential };
  }

  /** Connections of a certificate that is not used any more end when they are done. */
  #retireOthers(credential: Credential): void {
    if (this.#http1 !== null && !sameCertificate(this.#http1.credential, credential)) {
      this.#http1.transport.close();
      this.#http1 = null;
    }
    for (const group of Object.values(this.#groups))
      for (const connection of group.connections) {
        const made = group.certificates.get(connection);
        if (made !== undefined && !sameCertificate(made, credential)) connection.retire();
      }
  }

  async #wait(growing: Promise<void>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    let stop = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([growing, aborted]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

class Group {
  connections: readonly Http2Connection[] = [];
  growing: Promise<void> | null = null;
  readonly certificates = new WeakMap<Http2Connection, Credential>();
}
