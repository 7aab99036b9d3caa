import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { basename, dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { errorFromRecord } from '../model/error.ts';
import type { ErrorRecord } from '../model/error.ts';
import { openToOthers } from '../system/ownership.ts';
import type { Api } from './api.ts';
import { badAnswer, connectionLost, notYours, unreachable } from './errors.ts';
import { methods, pathPrefix } from './methods.ts';
import type { StreamLine } from './methods.ts';
import { readLines } from './stream.ts';

/** What a socket in a state folder is called; one elsewhere has another name. */
const socketName = 'control.sock';

/** Where the controller listens. */
interface ControlClientOptions {
  readonly socketPath: string;
  /** Ends every call; the controller carries on with what it began. */
  readonly signal?: AbortSignal;
}

/**
 * `Api` over the controller's socket. Errors arrive as they were thrown there; those of the way itself are
 * `control.unreachable` (nobody listens), `control.not-permitted` (somebody else's socket) and
 * `control.connection-lost` (the controller went away in the middle).
 */
export function createControlClient(options: ControlClientOptions): Api {
  const api: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(methods)) {
    api[name] =
      kind === 'call'
        ? (argument: unknown) => call(options, name, argument)
        : (argument: unknown, signal: AbortSignal) => follow(options, name, argument, signal);
  }
  // The table is complete by type and the server calls the same method with the same argument.
  return api as unknown as Api;
}

/**
 * Whoever made the folder of a socket may answer there. Root may ask the controller of any user, in their state folder.
 * @throws FairleadError `control.not-permitted`
 */
async function refuseForeignFolder(socketPath: string): Promise<void> {
  const folder = dirname(socketPath);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && basename(socketPath) === socketName) return;
  const why = await openToOthers(folder).catch(() => null);
  if (why === null || why === 'is no folder') return;
  throw notYours({
    message: `${folder} ${why}, so anybody could answer there`,
    resource: socketPath,
  });
}

async function call(
  options: ControlClientOptions,
  name: string,
  argument: unknown,
): Promise<unknown> {
  const answer = await post(options.socketPath, name, argument, options.signal);
  let body: string;
  try {
    body = await text(answer);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw lost(name, error);
  }
  if (!answer.complete) throw lost(name, undefined);
  const value = parse(name, body);
  if (answer.statusCode !== 200) throw thrownThere(name, value);
  return value;
}

async function* follow(
  options: ControlClientOptions,
  name: string,
  argument: unknown,
  signal: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const ending = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
  if (ending.aborted) return;
  let answer: IncomingMessage;
  try {
    answer = await post(options.socketPath, name, argument, ending);
    if (answer.statusCode !== 200) throw thrownThere(name, parse(name, await text(answer)));
  } catch (error) {
    // Aborting is how a stream is meant to end, also before it began.
    if (ending.aborted) return;
    throw error;
  }
  try {
    for await (const line of readLines(answer)) {
      if (line === '') continue;
      const message = parse(name, line) as StreamLine<unknown>;
      if ('end' in message) return;
      if ('error' in message) throw thrownThere(name, message.error);
      yield message.item;
    }
    if (!ending.aborted) throw lost(name, undefined);
  } catch (error) {
    if (ending.aborted) return;
    throw isConnectionError(error) ? lost(name, error) : error;
  } finally {
    answer.destroy();
  }
}

async function post(
  socketPath: string,
  name: string,
  argument: unknown,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const body = Buffer.from(JSON.stringify(argument ?? null), 'utf8');
  await refuseForeignFolder(socketPath);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath,
        path: `${pathPrefix}${name}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': body.length },
        // One connection per request: a client lives for one command, and a stale connection would look like an outage.
        agent: false,
        ...(signal === undefined ? {} : { signal }),
      },
      resolve,
    );
    sent.once('error', (error: NodeJS.ErrnoException) => {
      reject(signal?.aborted === true ? reasonOf(signal) : wayError(socketPath, name, error));
    });
    sent.end(body);
  });
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new Error('aborted', { cause: signal.reason });
}

function wayError(socketPath: string, name: string, error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case 'ENOENT':
      return unreachable({
        message: `no controller runs here: there is no ${socketPath}`,
        resource: socketPath,
      });
    case 'ENOTDIR':
      return unreachable({
        message: `no controller runs here: ${dirname(socketPath)} is no folder`,
        resource: socketPath,
      });
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
      return unreachable({
        message: `no controller listens on ${socketPath}; the one that did has ended`,
        resource: socketPath,
      });
    case 'EACCES':
    case 'EPERM':
      return notYours({
        message: `${socketPath} belongs to another user`,
        resource: socketPath,
        cause: error,
      });
    default:
      return lost(name, error);
  }
}

function lost(name: string, cause: unknown): Error {
  return connectionLost({
    message: `the connection ended before the answer to "${name}" was whole`,
    cause,
  });
}

function isConnectionError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ECONNRESET' || error.code === 'EPIPE')
  );
}

function parse(name: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badAnswer({ message: `the answer to "${name}" is not JSON`, cause: error });
  }
}

function thrownThere(name: string, value: unknown): Error {
  if (isErrorRecord(value)) return errorFromRecord(value);
  return badAnswer({ message: `the answer to "${name}" is an error without a code` });
}

function isErrorRecord(value: unknown): value is ErrorRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    'class' in value &&
    'message' in value
  );
}
