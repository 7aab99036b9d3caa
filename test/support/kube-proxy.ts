import { createSecureServer } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Agent, request } from 'node:https';
import type { ClientRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, createCertificate } from '../../src/cluster/certificate.ts';
import type { ClusterRecord } from '../../src/cluster/record.ts';

/** One call as the proxy sees it. */
export interface ProxyCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly watch: boolean;
}

/**
 * What happens to a call instead of being passed on.
 *
 * - `answer`: the server's place is taken.
 * - `cut`: the connection ends before the server hears of it; `lose`: after the server did it, before its answer.
 * - `hang`: no answer, ever. `silent`: an answer that begins, and nothing after its head.
 * - `delay`: passed on later.
 */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly reason?: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'cut' | 'lose' | 'hang' | 'silent' }
  | { readonly kind: 'delay'; readonly ms: number };

/** Stands between a controller and the server, over TLS and HTTP/2, and does what a bad network and a busy server do. */
export interface KubeProxy extends AsyncDisposable {
  readonly url: string;
  /** PEM of the authority of its certificate. */
  readonly authority: string;
  /** Asked for each call that is passed on; `null`: nothing happens. */
  fault: (call: ProxyCall) => Fault | null;
  /** Every call so far, in order. */
  readonly calls: readonly ProxyCall[];
  /** Ends all connections, and takes new ones or not. */
  cut(accept: boolean): void;
  /** Open watches give nothing any more, while their connection stays good. */
  silenceWatches(): void;
  /** Nothing at all comes through open connections any more, not even an answer to a PING: a cable that was pulled. */
  freeze(): void;
}

export async function openKubeProxy(record: ClusterRecord): Promise<KubeProxy> {
  const authority = createAuthority('proxy authority', Date.now());
  const own = createCertificate(authority, 'proxy authority', { commonName: 'proxy' }, Date.now(), {
    names: ['localhost'],
    ips: ['127.0.0.1'],
  });
  const agent = new Agent({ ca: readFileSync(join(record.folder, 'ca.crt')), keepAlive: true });
  const upstream = new URL(record.url);
  const cables = new Set<Cable>();
  const sockets = new Set<Socket>();
  const silenced = new Set<() => void>();
  const calls: ProxyCall[] = [];
  let accepting = true;

  const proxy: KubeProxy = {
    url: '',
    authority: authority.certificate,
    fault: () => null,
    calls,
    cut: (accept) => {
      accepting = accept;
      for (const cable of cables) cable.cut();
    },
    silenceWatches: () => {
      for (const silence of silenced) silence();
    },
    freeze: () => {
      for (const cable of cables) cable.frozen = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const cable of cables) cable.cut();
      // A session that closing the server ends in good order waits for the end of the other side. Where that came at
      // the same moment, Node hears of it no more, and the server would never be closed.
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await Promise.all([outside, server].map((one) => new Promise((done) => one.close(done))));
    },
  };

  const forward = (
    call: ProxyCall,
    from: Http2ServerRequest,
    to: Http2ServerResponse,
    fault: Fault | null,
  ): void => {
    const sent: ClientRequest = request(
      {
        host: upstream.hostname,
        port: upstream.port,
        method: call.method,
        path: from.url,
        headers: headersOf(from.headers),
        agent,
      },
      (answer) => {
        if (fault?.kind === 'lose') return cutOff(from);
        let silent = fault?.kind === 'silent';
        const silence = (): void => void (silent = true);
        if (call.watch) silenced.add(silence);
        to.writeHead(answer.statusCode ?? 502, headersOf(answer.headers));
        answer.on('data', (part: Buffer) => {
          if (!silent) to.write(part);
        });
        answer.on('end', () => {
          if (!silent) to.end();
        });
        answer.on('close', () => silenced.delete(silence));
        answer.on('error', () => cutOff(from));
      },
    );
    sent.on('error', () => cutOff(from));
    to.on('close', () => sent.destroy());
    from.pipe(sent);
  };

  const server = createSecureServer(
    { key: own.key, cert: own.certificate, allowHTTP1: true },
    (from, to) => {
      const url = new URL(from.url, 'https://proxy');
      const call: ProxyCall = {
        method: from.method,
        path: url.pathname,
        query: url.searchParams,
        watch: ['1', 'true'].includes(url.searchParams.get('watch') ?? ''),
      };
      calls.push(call);
      const fault = proxy.fault(call);
      if (fault === null || fault.kind === 'lose' || fault.kind === 'silent') {
        forward(call, from, to, fault);
      } else if (fault.kind === 'delay') {
        setTimeout(() => forward(call, from, to, null), fault.ms);
      } else if (fault.kind === 'cut') cutOff(from);
      else if (fault.kind === 'answer') {
        from.resume();
        to.writeHead(fault.status, {
          'content-type': 'application/json',
          ...(fault.retryAfterSeconds === undefined
            ? {}
            : { 'retry-after': String(fault.retryAfterSeconds) }),
        });
        to.end(JSON.stringify(statusOf(fault.status, fault.reason ?? '')));
      }
    },
  );
  server.on('sessionError', () => undefined);
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server);
  const inside = (server.address() as AddressInfo).port;
  // In front of it plain TCP, which knows nothing of TLS and can stop in the middle of anything.
  const outside = createServer((socket) => {
    if (accepting) lay(socket, inside, cables);
    else socket.destroy();
  });
  await listen(outside);
  const { port } = outside.address() as AddressInfo;
  return Object.assign(proxy, { url: `https://127.0.0.1:${port}` });
}

interface Cable {
  frozen: boolean;
  cut(): void;
}

function lay(socket: Socket, port: number, cables: Set<Cable>): void {
  const inner = connect(port, '127.0.0.1');
  const cable: Cable = {
    frozen: false,
    cut: () => {
      socket.destroy();
      inner.destroy();
      cables.delete(cable);
    },
  };
  cables.add(cable);
  for (const [from, to] of [
    [socket, inner],
    [inner, socket],
  ] as const) {
    from.on('data', (part) => {
      if (!cable.frozen) to.write(part);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      if (!cable.frozen) cable.cut();
    });
  }
}

function listen(server: { listen: Server['listen'] }): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function cutOff(from: Http2ServerRequest): void {
  if (from.httpVersionMajor < 2) from.socket.destroy();
  else from.stream.session?.destroy();
}

/** What belongs to a connection and not to a message is not passed on. */
function headersOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string | string[]> {
  const own = /^(?::.*|connection|keep-alive|transfer-encoding|upgrade|host|http2-settings)$/;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      own.test(name) || value === undefined
        ? []
        : [[name, typeof value === 'string' ? value : [...value]]],
    ),
  );
}

function statusOf(code: number, reason: string): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `the proxy of the test says ${code}`,
    reason,
    code,
  };
}
