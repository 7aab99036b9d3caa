import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import type { RequestListener } from 'node:http';
import { Agent, createServer as createOldServer, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { inject } from 'vitest';
import { createAuthority, createCertificate } from '../../../src/cluster/certificate.ts';

/** What becomes of a request. */
export type Fate =
  /** The server answers. */
  | 'pass'
  /** The server acts, and its answer is lost. */
  | 'lose-answer'
  /** Nobody answers. */
  | 'hang'
  /** The stream is refused before anything is done with it (REFUSED_STREAM). */
  | 'refuse'
  /** The answer comes packed. */
  | 'pack'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly protocol: string;
  /** Of the connections, in the order in which they were made. */
  readonly connection: number;
}

/** A load balancer before the suite's API server, as people have them: speaks for itself, and can be told to misbehave. */
export interface Front {
  readonly url: string;
  /** As base64 of PEM, as a kubeconfig has it. */
  readonly authority: string;
  readonly asked: readonly Asked[];
  /** Decides what becomes of each request; default all pass. */
  rule(decide: (asked: Asked) => Fate): void;
  /** What comes in answer to these from now on is kept back, over connections that live; `null`: it comes now. */
  mute(which: ((asked: Asked) => boolean) | null): void;
  /** Says GOAWAY on all connections: what is under way goes on, nothing new is taken. */
  goaway(): void;
  /** All connections end at once. */
  cut(): void;
  close(): Promise<void>;
}

export async function openFront(
  options: {
    /** Speaks nothing newer than HTTP/1.1. Default false. */
    readonly isOld?: boolean;
  } = {},
): Promise<Front> {
  const { isOld = false } = options;
  const { url, kubeconfig } = inject('cluster');
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  const pem = (base64: string | undefined): Buffer => Buffer.from(base64 ?? '', 'base64');
  const agent = new Agent({
    ca: pem(config.clusters[0].cluster['certificate-authority-data']),
    cert: pem(config.users[0].user['client-certificate-data']),
    key: pem(config.users[0].user['client-key-data']),
    keepAlive: true,
  });
  const authority = createAuthority('front', Date.now());
  const own = createCertificate(authority, 'front', { commonName: 'a balancer' }, Date.now(), {
    names: ['front.test'],
    ips: ['127.0.0.1'],
  });
  const asked: Asked[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Map<object, number>();
  let decide: (asked: Asked) => Fate = () => 'pass';
  let isMute: ((asked: Asked) => boolean) | null = null;
  const kept: (() => void)[] = [];

  const handle = (from: Http2ServerRequest, to: Http2ServerResponse): void => {
    const socket = (from.stream as typeof from.stream | undefined)?.session ?? from.socket;
    if (!sockets.has(socket)) sockets.set(socket, sockets.size);
    const one: Asked = {
      method: from.method,
      path: from.url,
      headers: from.headers,
      protocol: from.httpVersion,
      connection: sockets.get(socket) ?? -1,
    };
    asked.push(one);
    const fate = decide(one);
    if (fate === 'hang') return;
    if (fate === 'refuse') {
      from.stream.close(7);
      return;
    }
    if (typeof fate === 'object') {
      from.resume();
      to.writeHead(fate.status, { 'content-type': 'application/json', ...fate.headers });
      to.end(typeof fate.body === 'string' ? fate.body : JSON.stringify(fate.body ?? {}));
      return;
    }
    const headers = Object.entries(from.headers).filter(
      ([name]) => !name.startsWith(':') && !['host', 'connection', 'authorization'].includes(name),
    );
    const forward = request(
      new URL(from.url, url),
      { method: from.method, agent, headers: Object.fromEntries(headers) },
      (answer) => {
        if (fate === 'lose-answer') {
          answer.resume();
          answer.on('end', () => (socket as { destroy(): void }).destroy());
          return;
        }
        const { connection: _, 'transfer-encoding': __, ...passed } = answer.headers;
        if (fate !== 'pack') {
          to.writeHead(answer.statusCode ?? 500, passed);
          // A watch may say nothing for long; that it has begun is told at once.
          (to as unknown as { flushHeaders(): void }).flushHeaders();
          answer.on('data', (part: Buffer) => {
            const pass = (): void => void (to.writable && to.write(part));
            if (isMute?.(one) === true) kept.push(pass);
            else pass();
          });
          answer.on('end', () => to.end());
          to.on('close', () => answer.destroy());
          return;
        }
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const body = gzipSync(Buffer.concat(parts));
          const { 'content-length': ___, ...others } = passed;
          to.writeHead(answer.statusCode ?? 500, { ...others, 'content-encoding': 'gzip' });
          to.end(body);
        });
      },
    );
    forward.on('error', () => to.destroy());
    from.pipe(forward);
  };
  const identity = { cert: own.certificate, key: own.key };
  const server = isOld
    ? createOldServer(identity, handle as unknown as RequestListener)
    : createSecureServer({ ...identity, allowHTTP1: true }, handle);
  const open = new Set<Socket>();
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('secureConnection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
  });
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: Buffer.from(authority.certificate).toString('base64'),
    asked,
    rule: (next) => {
      decide = next;
    },
    mute: (which) => {
      isMute = which;
      if (which === null) for (const pass of kept.splice(0)) pass();
    },
    goaway: () => sessions.forEach((session) => session.goaway(0)),
    cut,
    close: async () => {
      cut();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
