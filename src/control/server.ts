import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { errorRecord } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';
import { openToOthers } from '../system/ownership.ts';
import type { Api } from './api.ts';
import { invalidRequest, requestTooLarge, socketInUse, unknownMethod } from './errors.ts';
import { httpStatus } from './http-status.ts';
import { isMethod, methods, pathPrefix } from './methods.ts';
import { requestSchemas } from './schemas.ts';
import { writeStream } from './stream.ts';

/** Largest request body, in bytes. */
export const maxRequestBytes = 1_048_576;

/** What is served, and where. */
interface ControlServerOptions {
  readonly api: Api;
  /** Where to listen; a socket file that a dead controller left there is replaced. The caller holds the lock. */
  readonly socketPath: string;
  /** How long `close` waits for calls under way. Default 2 000. */
  readonly graceMs?: number;
}

/** A control socket that is open. */
export interface ControlServer extends AsyncDisposable {
  readonly socketPath: string;
  /** Ends streams, waits for calls under way and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves `Api` over a Unix socket: `POST /v1/<method>` with the argument as JSON, the result or an error record as
 * the answer. Who may connect is decided by the file's mode (0600): the user who runs the controller, nobody else.
 *
 * @throws FairleadError `control.socket-in-use` when the socket cannot be made
 */
export async function serveControl(options: ControlServerOptions): Promise<ControlServer> {
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = answer(options.api, request, response, closing.signal).finally(() =>
      underWay.delete(answered),
    );
    underWay.add(answered);
  });
  // A sync may take as long as it takes; only the request itself has to arrive in time.
  server.requestTimeout = 30_000;
  await listen(server, options.socketPath);

  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closed ??= shutDown(server, closing, underWay, options.graceMs ?? 2_000);
    return closed;
  };
  return { socketPath: options.socketPath, close, [Symbol.asyncDispose]: close };
}

async function listen(server: Server, socketPath: string): Promise<void> {
  await refuseForeignFolder(socketPath);
  await removeLeftOver(socketPath);
  const ready = Promise.withResolvers<void>();
  server.once('error', ready.reject);
  server.once('listening', ready.resolve);
  // The file must never be open to others, not even between `bind` and `chmod`: `listen` binds before it returns.
  const before = process.umask(0o177);
  try {
    server.listen(socketPath);
  } finally {
    process.umask(before);
  }
  try {
    await ready.promise;
    await chmod(socketPath, 0o600);
  } catch (error) {
    throw cannotListen(socketPath, error instanceof Error ? error.message : String(error), error);
  }
}

/** A folder of somebody else would let them put their own socket there. */
async function refuseForeignFolder(socketPath: string): Promise<void> {
  const folder = dirname(socketPath);
  const why = await mkdir(folder, { recursive: true, mode: 0o700 })
    .then(() => openToOthers(folder))
    .catch((error: unknown) => {
      throw cannotListen(socketPath, error instanceof Error ? error.message : String(error), error);
    });
  if (why !== null) throw cannotListen(socketPath, `${folder} ${why}`);
}

/** The socket of a controller that died; anything else that is there is not ours to remove. */
async function removeLeftOver(socketPath: string): Promise<void> {
  const found = await lstat(socketPath).catch(() => null);
  if (found?.isSocket() === true) await rm(socketPath, { force: true });
}

function cannotListen(socketPath: string, why: string, cause?: unknown): FairleadError {
  return socketInUse({
    message: `cannot listen on ${socketPath}: ${why}`,
    resource: socketPath,
    cause,
  });
}

async function shutDown(
  server: Server,
  closing: AbortController,
  underWay: ReadonlySet<Promise<void>>,
  graceMs: number,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  server.close(() => ended.resolve());
  closing.abort();
  server.closeIdleConnections();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([Promise.allSettled(underWay), patience]);
  clearTimeout(timer);
  server.closeAllConnections();
  await ended.promise;
}

async function answer(
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  try {
    const name = methodOf(request);
    const argument = parseArgument(name, await readBody(request));
    const signal = AbortSignal.any([gone.signal, closing]);
    if (methods[name] === 'stream') {
      await writeStream(response, startStream(api, name, argument, signal), signal);
      return;
    }
    const result = await call(api, name, argument);
    send(response, 200, result ?? null);
  } catch (error) {
    const record = errorRecord(error);
    // The rest of a refused body is not read, so the connection cannot be used again.
    if (record.code === requestTooLarge.definition.code) response.setHeader('connection', 'close');
    send(response, httpStatus(record), record);
  }
}

function methodOf(request: IncomingMessage): keyof Api {
  const path = new URL(request.url ?? '/', 'http://fairlead').pathname;
  const name = path.startsWith(pathPrefix) ? path.slice(pathPrefix.length) : '';
  if (request.method !== 'POST' || !isMethod(name)) {
    throw unknownMethod({ message: `the controller does not know ${request.method} ${path}` });
  }
  return name;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxRequestBytes) {
      throw requestTooLarge({ message: `the request is larger than ${maxRequestBytes} bytes` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseArgument(name: keyof Api, body: string): unknown {
  let value: unknown;
  try {
    value = body.trim() === '' ? null : JSON.parse(body);
  } catch (error) {
    throw invalidRequest({
      message: `the body of ${name} is not JSON`,
      resource: name,
      cause: error,
    });
  }
  const parsed = requestSchemas[name].safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where =
    issue === undefined || issue.path.length === 0 ? name : `${name}: ${issue.path.join('.')}`;
  throw invalidRequest({ message: `${where}: ${issue?.message ?? 'not valid'}`, resource: name });
}

/** The schema has checked the argument, so the method may be called by its name. */
function call(api: Api, name: keyof Api, argument: unknown): Promise<unknown> {
  const method = api[name] as (argument: unknown) => Promise<unknown>;
  return method.call(api, argument);
}

function startStream(
  api: Api,
  name: keyof Api,
  argument: unknown,
  signal: AbortSignal,
): AsyncIterable<unknown> {
  const method = api[name] as (argument: unknown, signal: AbortSignal) => AsyncIterable<unknown>;
  return method.call(api, argument, signal);
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}
