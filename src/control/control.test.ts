import { spawn } from 'node:child_process';
import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defineError, FairleadError } from '../model/error.ts';
import type { FairleadEvent } from '../model/event.ts';
import type { Api } from './api.ts';
import { createControlClient } from './client.ts';
import { methods } from './methods.ts';
import { maxRequestBytes, serveControl } from './server.ts';
import type { ControlServer } from './server.ts';

/**
 * The transport alone: what goes in on one side comes out on the other. The `Api` behind it is a small one of this
 * test; that the engine's `Api` does what it says is tested with the engine and end to end.
 */

const notFound = defineError('application.not-found', {
  class: 'input',
  title: 'x',
  hint: 'look again',
});
const someEvent = (seq: number): FairleadEvent => ({
  v: 1,
  id: `event-${seq}`,
  seq,
  atMs: 0,
  type: 'application.state',
  application: 'site',
  environment: 'dev',
  target: null,
  release: null,
  actor: 'test',
  message: `event ${seq}`,
  data: {},
});

/** Answers every call with what it was asked, so that both directions can be compared. */
function echoApi(over: Partial<Api> = {}): Api {
  const echo = Object.fromEntries(
    Object.keys(methods).map((name) => [name, async (argument: unknown) => ({ name, argument })]),
  );
  const api: Partial<Api> = {
    application: async (selector) => {
      throw notFound({
        message: `there is no application ${selector.application}`,
        resource: selector.application,
      });
    },
    follow: async function* ({ afterSeq }, signal) {
      for (let seq = afterSeq + 1; !signal.aborted; seq += 1) {
        yield someEvent(seq);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    logs: async function* ({ tail }) {
      for (let line = 1; line <= tail; line += 1)
        yield { resource: 'Process/web', line: `line ${line}` };
    },
    ...over,
  };
  return { ...echo, ...api } as Api;
}

let folder: string;
let socketPath: string;
const servers: ControlServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-control-'));
  socketPath = join(folder, 'control.sock');
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(api: Api = echoApi(), graceMs = 200): Promise<ControlServer> {
  const server = await serveControl({ api, socketPath, graceMs });
  servers.push(server);
  return server;
}

function raw(
  path: string,
  body: string | Buffer,
  method = 'POST',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const thrown = async (promise: Promise<unknown>): Promise<FairleadError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FairleadError) return error;
    throw error;
  }
  throw new Error('did not throw');
};

const sync = {
  application: 'site',
  environment: 'dev',
  actor: 'ann',
  reason: '',
  approve: null,
  retryQuarantined: false,
};

describe('calls', () => {
  test('carry the argument there and the result back unchanged', async () => {
    await serve();
    const client = createControlClient({ socketPath });
    expect(await client.status()).toEqual({ name: 'status', argument: null });
    expect(await client.sync(sync)).toEqual({ name: 'sync', argument: sync });
    expect(await client.release('abc')).toEqual({ name: 'release', argument: 'abc' });
    expect(await client.releases({ application: 'site', limit: 3 })).toEqual({
      name: 'releases',
      argument: { application: 'site', limit: 3 },
    });
  });

  test('every method of the interface can be called', async () => {
    await serve();
    const client = createControlClient({ socketPath });
    expect(Object.keys(client).toSorted()).toEqual(Object.keys(methods).toSorted());
  });

  test('a method that gives nothing resolves', async () => {
    await serve(echoApi({ activate: async () => undefined }));
    expect(await createControlClient({ socketPath }).activate({ actor: 'ann' })).toBeNull();
  });

  test('an error arrives with its code, class, resource and hint', async () => {
    await serve();
    const error = await thrown(
      createControlClient({ socketPath }).application({ application: 'sitee', environment: 'dev' }),
    );
    expect(error).toMatchObject({
      code: 'application.not-found',
      class: 'input',
      resource: 'sitee',
      hint: 'look again',
      message: 'there is no application sitee',
    });
  });

  test('an error that nobody declared arrives as internal.unexpected', async () => {
    await serve(echoApi({ status: () => Promise.reject(new TypeError('oops')) }));
    const error = await thrown(createControlClient({ socketPath }).status());
    expect(error).toMatchObject({ code: 'internal.unexpected', class: 'bug', message: 'oops' });
  });

  test('many at once are answered each with its own', async () => {
    await serve();
    const client = createControlClient({ socketPath });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => client.release(`id-${at}`)),
    );
    expect(answers.map((answer) => (answer as unknown as { argument: string }).argument)).toEqual(
      Array.from({ length: 50 }, (_, at) => `id-${at}`),
    );
  });
});

describe('requests that are wrong', () => {
  test('an unknown method is 404 with a code', async () => {
    await serve();
    const answer = await raw('/v1/explode', '{}');
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'control.unknown-method' });
    expect((await raw('/v1/constructor', '{}')).status).toBe(404);
    expect((await raw('/status', '{}')).status).toBe(404);
  });

  test('anything but POST is refused', async () => {
    await serve();
    expect((await raw('/v1/status', '', 'GET')).status).toBe(404);
  });

  test('a body that is not JSON names the method', async () => {
    await serve();
    const answer = await raw('/v1/plan', '{oops');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'control.invalid-request',
      resource: 'plan',
    });
  });

  test('a wrong field names the field, and an unknown one is not ignored', async () => {
    await serve();
    const wrong = await raw('/v1/sync', JSON.stringify({ ...sync, environment: 7 }));
    expect(wrong.status).toBe(400);
    expect(JSON.parse(wrong.body).message).toContain('environment');
    const unknown = await raw('/v1/sync', JSON.stringify({ ...sync, onlyIfHealthy: true }));
    expect(unknown.status).toBe(400);
  });

  test('a body beyond the cap is refused without being kept', async () => {
    await serve();
    const seen = await raw('/v1/plan', Buffer.alloc(maxRequestBytes + 1, 'x')).then(
      (answer) => String(answer.status),
      (error: Error) => error.message,
    );
    // The server answers before it has read everything; a client sees the answer or the closed connection.
    expect(seen).toMatch(/^413$|EPIPE|ECONNRESET/);
    expect(await createControlClient({ socketPath }).status()).toBeDefined();
  });

  test('a connection that talks nonsense or hangs up harms nobody', async () => {
    await serve();
    const socket = connect(socketPath);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => undefined);
    socket.end('\u0000\u0001 nonsense\r\n\r\n');
    const rude = connect(socketPath);
    rude.on('connect', () => rude.destroy());
    expect(await createControlClient({ socketPath }).status()).toBeDefined();
  });
});

describe('clients that are slow', () => {
  test('and many, in the middle of a request, hold nobody else up', async () => {
    await serve();
    const slow = Array.from({ length: 200 }, () => connect(socketPath));
    try {
      await Promise.all(slow.map((one) => once(one, 'connect')));
      for (const one of slow)
        one.write('POST /v1/status HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
      expect(await createControlClient({ socketPath }).status()).toBeDefined();
    } finally {
      for (const one of slow) one.destroy();
    }
  });

  test('in reading a stream are given no more than they take', async () => {
    let made = 0;
    await serve(
      echoApi({
        follow: async function* (_, signal) {
          while (!signal.aborted) {
            made += 1;
            yield { ...someEvent(made), message: 'x'.repeat(10_000) };
            if (made % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
          }
        },
      }),
    );
    const slow = connect(socketPath);
    try {
      slow.pause();
      const body = '{"afterSeq":0}';
      slow.write(
        `POST /v1/follow HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      let before = -1;
      // It comes to a stop by itself: what was made for it fits into the buffers of a socket.
      for (let round = 0; round < 100 && before !== made; round++) {
        before = made;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(before).toBe(made);
      expect(made).toBeGreaterThan(0);
      expect(made).toBeLessThan(5_000);
    } finally {
      slow.destroy();
    }
  });
});

describe('streams', () => {
  test('give items as they come until the reader aborts, and the controller hears of it', async () => {
    let ended = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (ended = resolve));
    await serve(
      echoApi({
        follow: async function* ({ afterSeq }, signal) {
          signal.addEventListener('abort', ended);
          for (let seq = afterSeq + 1; !signal.aborted; seq += 1) {
            yield someEvent(seq);
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        },
      }),
    );
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const event of createControlClient({ socketPath }).follow(
      { afterSeq: 41 },
      stop.signal,
    )) {
      seen.push(event.seq);
      if (seen.length === 3) stop.abort();
    }
    expect(seen.slice(0, 3)).toEqual([42, 43, 44]);
    await stopped;
  });

  test('a reader that leaves the loop ends the stream', async () => {
    await serve();
    for await (const event of createControlClient({ socketPath }).follow(
      { afterSeq: 0 },
      new AbortController().signal,
    )) {
      expect(event.seq).toBe(1);
      break;
    }
  });

  test('end by themselves when there is no more', async () => {
    await serve();
    const lines: string[] = [];
    const request = {
      application: 'site',
      environment: 'dev',
      resource: null,
      tail: 5_000,
      follow: false,
    };
    for await (const { line } of createControlClient({ socketPath }).logs(
      request,
      new AbortController().signal,
    )) {
      lines.push(line);
    }
    expect(lines).toHaveLength(5_000);
    expect(lines.at(-1)).toBe('line 5000');
  });

  test('an error that comes first and an error that comes later both arrive', async () => {
    const request = {
      application: 'site',
      environment: 'dev',
      resource: null,
      tail: 1,
      follow: false,
    };
    const never = new AbortController().signal;
    await serve(
      echoApi({
        // eslint-disable-next-line require-yield
        follow: async function* () {
          throw notFound({ message: 'at once' });
        },
        logs: async function* () {
          yield { resource: 'a', line: '1' };
          throw notFound({ message: 'later' });
        },
      }),
    );
    const client = createControlClient({ socketPath });
    expect((await thrown(Array.fromAsync(client.follow({ afterSeq: 0 }, never)))).message).toBe(
      'at once',
    );
    expect((await thrown(Array.fromAsync(client.logs(request, never)))).message).toBe('later');
  });

  test('a stream that waits for its first item is open all the same, and closing the controller ends it', async () => {
    const server = await serve(
      echoApi({
        // eslint-disable-next-line require-yield
        follow: async function* () {
          await new Promise(() => undefined);
        },
      }),
    );
    const items = Array.fromAsync(
      createControlClient({ socketPath }).follow({ afterSeq: 0 }, new AbortController().signal),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.close();
    expect(await items).toEqual([]);
  });
});

describe('the socket', () => {
  test('is open to its owner alone and goes when the server closes', async () => {
    const server = await serve();
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
    await server.close();
    await expect(stat(socketPath)).rejects.toThrow('ENOENT');
  });

  test('left by a dead controller is replaced', async () => {
    await leaveSocketBehind(socketPath);
    expect((await stat(socketPath)).isSocket()).toBe(true);
    await serve();
    expect(await createControlClient({ socketPath }).status()).toBeDefined();
  });

  test('that is not there is control.unreachable with what to do', async () => {
    const error = await thrown(createControlClient({ socketPath }).status());
    expect(error).toMatchObject({
      code: 'control.unreachable',
      class: 'transient',
      resource: socketPath,
    });
    expect(error.hint).toContain('fairlead up');
  });

  test('whose listener is dead is control.unreachable too', async () => {
    await writeFile(socketPath, '');
    await chmod(socketPath, 0o600);
    expect((await thrown(createControlClient({ socketPath }).status())).code).toBe(
      'control.unreachable',
    );
  });

  test('of something else is control.bad-answer', async () => {
    const other = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(socketPath, resolve));
    const error = await thrown(createControlClient({ socketPath }).status());
    expect(error.code).toBe('control.bad-answer');
    await new Promise((resolve) => other.close(resolve));
  });

  test('that closes in the middle of a call is an unknown outcome', async () => {
    const server = await serve(echoApi({ sync: () => new Promise(() => undefined) }), 50);
    const answer = thrown(createControlClient({ socketPath }).sync(sync));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.close();
    expect(await answer).toMatchObject({
      code: 'control.connection-lost',
      class: 'unknown-outcome',
    });
  });

  test('a path that cannot be listened on is control.socket-in-use', async () => {
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'socket'));
    await mkdir(join(folder, 'open'));
    await chmod(join(folder, 'open'), 0o777);
    for (const path of ['file/socket', 'socket', 'open/socket']) {
      const error = await thrown(serveControl({ api: echoApi(), socketPath: join(folder, path) }));
      expect([path, error.code]).toEqual([path, 'control.socket-in-use']);
    }
  });
});

describe.runIf(process.getuid?.() === 0)('a folder that somebody else made first', () => {
  const stranger = 65_534;

  test('holds no socket of ours, nor does a link of theirs to one of ours', async () => {
    await mkdir(join(folder, 'theirs'));
    await chown(join(folder, 'theirs'), stranger, stranger);
    await mkdir(join(folder, 'ours'), { mode: 0o700 });
    await symlink(join(folder, 'ours'), join(folder, 'link'));
    await lchown(join(folder, 'link'), stranger, stranger);
    for (const path of ['theirs/x.sock', 'link/x.sock']) {
      const error = await thrown(serveControl({ api: echoApi(), socketPath: join(folder, path) }));
      expect([path, error.code]).toEqual([path, 'control.socket-in-use']);
    }
  });

  test('is not asked either', async () => {
    await mkdir(join(folder, 'theirs'), { mode: 0o700 });
    const path = join(folder, 'theirs/x.sock');
    const server = await serveControl({ api: echoApi(), socketPath: path, graceMs: 200 });
    servers.push(server);
    expect(await createControlClient({ socketPath: path }).status()).toBeDefined();
    await chown(join(folder, 'theirs'), stranger, stranger);
    const error = await thrown(createControlClient({ socketPath: path }).status());
    expect(error.code).toBe('control.not-permitted');
  });
});

test('a client that is told to stop rejects with the reason', async () => {
  await serve(echoApi({ status: () => new Promise(() => undefined) }));
  const stop = new AbortController();
  const answer = createControlClient({ socketPath, signal: stop.signal }).status();
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await expect(answer).rejects.toThrow('enough');
});

/** What `kill -9` leaves of whoever listened. */
async function leaveSocketBehind(path: string): Promise<void> {
  const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await new Promise((done) => spawn(process.execPath, ['-e', program]).once('exit', done));
}
