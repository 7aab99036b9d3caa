import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { gitTestEnvironment, runGit, temporaryFolder } from './git.ts';

/**
 * What the server does with a request:
 *
 * - `serve`: answers, by `git http-backend`; with `credentials` set, asks for them first
 * - `ask`: asks for a password and takes none
 * - `error`: 500
 * - `stall`: takes the request and never answers
 * - `truncate`: gives only the first `truncateAt` of every answer with a pack, as if it were whole
 * - `page`: shows a page instead, as what stands between might
 * - `redirect`: sends to `redirectTo`
 */
type ServerMode = 'serve' | 'ask' | 'error' | 'stall' | 'truncate' | 'page' | 'redirect';

interface ServedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly authorization: string | null;
  /** Whether objects were asked for, and not only where references are. */
  readonly pack: boolean;
}

/** Bare repositories on loopback, over real HTTP. */
export interface GitHttpServer extends AsyncDisposable {
  /** Folder of the repositories. */
  readonly root: string;
  mode: ServerMode;
  /** `Basic` credentials that are asked for; `null`: none. */
  credentials: { readonly user: string; readonly password: string } | null;
  redirectTo: string;
  /** A share, from 0 to 1. Default a half. */
  truncateAt: number;
  /** All requests so far. */
  readonly requests: readonly ServedRequest[];
  /** `http://127.0.0.1:PORT/<name>`. */
  url(name: string): string;
  /** Stops listening: connections are refused. */
  off(): Promise<void>;
  /** Listens again, at the same port. */
  on(): Promise<void>;
}

const backend = join(
  execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(),
  'git-http-backend',
);

/** Serves an empty folder; `createBareRepository` puts repositories into it. */
export async function serveGit(): Promise<GitHttpServer> {
  const root = temporaryFolder('fairlead-http-');
  const requests: ServedRequest[] = [];
  let server: Server | null = null;
  let port = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const pack = plain.includes('command=fetch');
    requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization ?? null,
      pack,
    });
    if (self.mode === 'stall') return;
    if (self.mode === 'error') {
      response.writeHead(500).end('out of order\n');
    } else if (self.mode === 'page') {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html>\n<p>Please log in</p>\n');
    } else if (self.mode === 'redirect') {
      response.writeHead(302, { location: `${self.redirectTo}${request.url}` }).end();
    } else if (self.mode === 'ask' || !allowed(request, self.credentials)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
    } else {
      const answer = await runBackend(root, request, body);
      const content =
        self.mode === 'truncate' && pack
          ? answer.body.subarray(0, Math.floor(answer.body.length * self.truncateAt))
          : answer.body;
      response.writeHead(answer.status, answer.headers).end(content);
    }
  };

  const self: GitHttpServer = {
    root,
    mode: 'serve',
    credentials: null,
    redirectTo: '',
    truncateAt: 0.5,
    requests,
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    async on() {
      if (server !== null) return;
      const made = createServer((request, response) => {
        handle(request, response).catch(() => response.destroy());
      });
      made.listen(port, '127.0.0.1');
      await once(made, 'listening');
      port = (made.address() as AddressInfo).port;
      server = made;
    },
    async off() {
      const ending = server;
      if (ending === null) return;
      server = null;
      ending.close();
      ending.closeAllConnections();
      await once(ending, 'close');
    },
    async [Symbol.asyncDispose]() {
      await self.off();
      rmSync(root, { recursive: true, force: true });
    },
  };
  await self.on();
  return self;
}

/** Makes a bare repository with branch `main` in the folder of a server; it can be pushed to over HTTP. */
export function createBareRepository(server: GitHttpServer, name: string): string {
  const directory = join(server.root, name);
  runGit(server.root, ['init', '--quiet', '--bare', '-b', 'main', name]);
  runGit(directory, ['config', 'http.receivepack', 'true']);
  runGit(directory, ['config', 'gc.auto', '0']);
  return directory;
}

function allowed(request: IncomingMessage, credentials: GitHttpServer['credentials']): boolean {
  if (credentials === null) return true;
  const expected = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
  return request.headers.authorization === `Basic ${expected}`;
}

interface BackendAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** One request by CGI (RFC 3875), as a web server would run it. */
async function runBackend(
  root: string,
  request: IncomingMessage,
  body: Buffer,
): Promise<BackendAnswer> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const header = (name: string): string => String(request.headers[name] ?? '');
  const child = spawn(backend, [], {
    env: {
      ...gitTestEnvironment(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(body);
  const output = await buffer(child.stdout);
  const end = output.indexOf('\r\n\r\n');
  if (end === -1) return { status: 500, headers: {}, body: Buffer.alloc(0) };
  const headers: Record<string, string> = {};
  for (const line of output.toString('latin1', 0, end).split('\r\n')) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = '200 OK', ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}
