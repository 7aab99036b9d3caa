import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { readFileSync } from 'node:fs';

/** Streams of one connection; the server allows 100. */
const perSession = 90;

interface BareAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * The least that speaks to an API server over HTTP/2: sends what it is told, waits for the whole answer. It knows
 * nothing of retries, caches or types, so it is as fast as a client in Node can be.
 */
export interface BareClient {
  send(
    method: string,
    path: string,
    body?: string | null,
    contentType?: string,
  ): Promise<BareAnswer>;
  /** Reads lines until the answer ends. @returns what ends it from here. */
  lines(path: string, line: (text: string) => void): () => void;
  close(): void;
}

/** Speaks as the user of a kubeconfig that was written by `src/cluster` or `token-user.ts`. */
export function openBareClient(kubeconfig: string, sessions: number): BareClient {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, string>> }];
    readonly users: readonly [{ readonly user: Readonly<Record<string, string>> }];
  };
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  const pem = (base64: string | undefined): Buffer | undefined =>
    base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  const [ca, cert, key] = [
    pem(cluster['certificate-authority-data']),
    pem(user['client-certificate-data']),
    pem(user['client-key-data']),
  ];
  const authorization =
    user['token'] === undefined ? {} : { authorization: `Bearer ${user['token']}` };
  const open = (): ClientHttp2Session => {
    const session = connect(cluster['server'] ?? '', {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
      settings: { initialWindowSize: 2 ** 20 },
    });
    session.on('error', () => undefined);
    return session;
  };
  const all = Array.from({ length: sessions }, open);
  let next = 0;
  const request = (headers: Record<string, string>, end: boolean): ClientHttp2Stream => {
    next = (next + 1) % all.length;
    let session = all[next];
    // The server ends connections that were silent for a while.
    if (session === undefined || session.closed || session.destroyed) all[next] = session = open();
    return session.request({ ...authorization, ...headers }, { endStream: end });
  };
  return {
    send: (method, path, body = null, contentType = 'application/json') =>
      new Promise((resolve, reject) => {
        const stream = request(
          {
            [constants.HTTP2_HEADER_METHOD]: method,
            [constants.HTTP2_HEADER_PATH]: path,
            ...(body === null ? {} : { 'content-type': contentType }),
          },
          body === null,
        );
        let [status, text] = [0, ''];
        stream.setEncoding('utf8');
        stream.on('response', (headers) => (status = Number(headers[':status'])));
        stream.on('data', (part: string) => (text += part));
        stream.on('end', () => resolve({ status, body: text }));
        stream.on('error', reject);
        if (body !== null) stream.end(body);
      }),
    lines: (path, line) => {
      const stream = request({ ':method': 'GET', ':path': path }, true);
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('error', () => undefined);
      stream.on('data', (part: string) => {
        const parts = (rest + part).split('\n');
        rest = parts.pop() ?? '';
        for (const one of parts) line(one);
      });
      return () => stream.close(constants.NGHTTP2_CANCEL);
    },
    close: () => {
      for (const session of all) session.destroy();
    },
  };
}

/** How many connections this many requests at a time need. */
export function sessionsFor(concurrency: number): number {
  return Math.ceil(concurrency / perSession);
}
