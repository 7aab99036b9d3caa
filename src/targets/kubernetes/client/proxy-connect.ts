import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Proxy } from '../auth/proxy.ts';
import { settled } from './settled.ts';

/** A connection to `host:port` through a proxy. @throws Error whose message holds no password */
export async function connectThrough(
  proxy: Proxy,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  return proxy.kind === 'socks5'
    ? await throughSocks(proxy, host, port, signal)
    : await throughHttp(proxy, host, port, signal);
}

/** RFC 9110, section 9.3.6. */
function throughHttp(
  proxy: Proxy,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const credentials = Buffer.from(`${proxy.username}:${proxy.password}`).toString('base64');
  return new Promise((resolve, reject) => {
    const send = proxy.kind === 'https' ? requestSecurely : request;
    const asked = send({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        ...(proxy.username === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` }),
      },
      agent: false,
      signal,
    });
    const refused = (status: number | undefined): void =>
      reject(new Error(`the proxy ${proxy.host}:${proxy.port} answered ${status ?? 'nothing'}`));
    asked.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode !== undefined && statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.destroy();
      refused(statusCode);
    });
    asked.once('response', (answer) => {
      answer.destroy();
      refused(answer.statusCode);
    });
    asked.once('error', (error) =>
      reject(new Error(`the proxy ${proxy.host}:${proxy.port}: ${error.message}`)),
    );
    asked.end();
  });
}

/** RFC 1928, with the password of RFC 1929; names are looked up by the proxy. */
async function throughSocks(
  proxy: Proxy,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await settled(connect({ host: proxy.host, port: proxy.port }), 'connect', signal);
  const failed = (what: string): Error =>
    new Error(`the proxy ${proxy.host}:${proxy.port} ${what}`);
  const read = createReader(socket, signal, failed);
  try {
    const hasPassword = proxy.username !== '';
    socket.write(Buffer.from(hasPassword ? [5, 2, 0, 2] : [5, 1, 0]));
    const [version, method] = await read(2);
    if (version !== 5) throw failed('does not speak SOCKS5');
    if (method === 2) {
      const [name, password] = [Buffer.from(proxy.username), Buffer.from(proxy.password)];
      if (name.length > 255 || password.length > 255) throw failed('takes no name that long');
      socket.write(
        Buffer.concat([
          Buffer.from([1, name.length]),
          name,
          Buffer.from([password.length]),
          password,
        ]),
      );
      const [, status] = await read(2);
      if (status !== 0) throw failed('refuses name and password');
    } else if (method !== 0) throw failed('wants another way to log in');
    const address = Buffer.from(host);
    if (address.length > 255) throw failed('takes no name that long');
    socket.write(
      Buffer.concat([
        Buffer.from([5, 1, 0, 3, address.length]),
        address,
        Buffer.from([port >> 8, port & 255]),
      ]),
    );
    const [, reply, , kind] = await read(4);
    if (reply !== 0) throw failed(`cannot reach ${host}:${port} (reply ${reply})`);
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await read(1))[0] ?? 0);
    await read(length + 2);
    read.end();
    return socket;
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  }
}

interface Reader {
  (bytes: number): Promise<Buffer>;
  end(): void;
}

/** Takes exactly as many bytes as are asked for, and leaves the rest to whoever reads next. */
function createReader(
  socket: Socket,
  signal: AbortSignal,
  failed: (what: string) => Error,
): Reader {
  const take = (bytes: number): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        socket.off('readable', look);
        socket.off('close', closed);
        signal.removeEventListener('abort', aborted);
      };
      const look = (): void => {
        const got = socket.read(bytes) as Buffer | null;
        if (got === null) return;
        end();
        resolve(got);
      };
      const closed = (): void => {
        end();
        reject(failed('closed the connection'));
      };
      const aborted = (): void => {
        end();
        reject(signal.reason instanceof Error ? signal.reason : failed('did not answer'));
      };
      signal.addEventListener('abort', aborted, { once: true });
      socket.on('readable', look);
      socket.once('close', closed);
      look();
    });
  const onError = (): void => {};
  socket.on('error', onError);
  return Object.assign(take, {
    end: () => {
      socket.off('error', onError);
    },
  });
}
