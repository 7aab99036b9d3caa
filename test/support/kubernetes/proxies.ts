import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A proxy as people have them. */
interface TestProxy {
  readonly port: number;
  /** What it was asked for, with the user and password that were shown. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Knows CONNECT alone. With a password it takes nobody else. */
export async function openConnectProxy(password?: string): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createHttpServer();
  server.on('connect', ({ url = '', headers }, near: Socket) => {
    sockets.add(near);
    near.on('error', () => {});
    const shown = Buffer.from(
      (headers['proxy-authorization'] ?? '').replace(/^Basic /, ''),
      'base64',
    ).toString();
    asked.push(`${shown} ${url}`.trim());
    if (password !== undefined && shown !== password) {
      near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = url.split(':');
    const far = connect({ host, port: Number(port) }, () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    sockets.add(far);
    far.on('error', () => near.destroy());
  });
  return await listen(server, asked, sockets);
}

/** SOCKS5 with a user and a password. */
export async function openSocksProxy(): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {});
    void serve(near, asked, sockets).catch(() => near.destroy());
  });
  return await listen(server, asked, sockets);
}

async function serve(near: Socket, asked: string[], sockets: Set<Socket>): Promise<void> {
  const take = async (bytes: number): Promise<Buffer> => {
    for (;;) {
      const got = near.read(bytes) as Buffer | null;
      if (got !== null) return got;
      await new Promise((resolve) => near.once('readable', resolve));
    }
  };
  const text = async (): Promise<string> => {
    const [length = 0] = await take(1);
    return (await take(length)).toString();
  };
  const [, methods = 0] = await take(2);
  await take(methods);
  near.write(Buffer.from([5, 2]));
  await take(1);
  const login = `${await text()}:${await text()}`;
  near.write(Buffer.from([1, login === 'user:password' ? 0 : 1]));
  await take(4);
  const host = await text();
  const port = (await take(2)).readUInt16BE();
  asked.push(`${login} ${host}:${port}`);
  const far = connect({ host, port }, () => {
    near.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    near.pipe(far).pipe(near);
  });
  sockets.add(far);
  far.on('error', () => near.destroy());
}

async function listen(server: Server, asked: string[], sockets: Set<Socket>): Promise<TestProxy> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
