import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A wire to a server that can go bad. Knows nothing of what is sent over it. */
export interface Wire {
  readonly port: number;
  /** Connections that are open. */
  readonly open: number;
  /** Connections that were ever made. */
  readonly made: number;
  /** Nothing comes through any more, and nobody is told. */
  freeze(): void;
  thaw(): void;
  /** All connections end at once. */
  cut(): void;
  /** Whether new connections are taken; default yes. */
  accept(does: boolean): void;
  close(): Promise<void>;
}

/** @param url of the server; only host and port count */
export async function openWire(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isFrozen = false;
  let accepts = true;
  let made = 0;
  const server = createServer((near) => {
    if (!accepts) {
      near.resetAndDestroy();
      return;
    }
    made += 1;
    const far = connect({ host: hostname, port: Number(port) });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.setNoDelay(true);
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
      if (isFrozen) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const each = (act: (socket: Socket) => void): void => {
    for (const pair of pairs) pair.forEach(act);
  };
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return pairs.size;
    },
    get made() {
      return made;
    },
    freeze: () => {
      isFrozen = true;
      each((socket) => socket.pause());
    },
    thaw: () => {
      isFrozen = false;
      each((socket) => socket.resume());
    },
    cut: () => each((socket) => socket.resetAndDestroy()),
    accept: (does) => {
      accepts = does;
    },
    close: async () => {
      each((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
