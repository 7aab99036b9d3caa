import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createControlBench, echoApi, someEvent, sync } from './bench.testing.ts';
import type { ControlBench } from './bench.testing.ts';
import { maxRequestBytes } from './server.ts';

let bench: ControlBench;
beforeEach(async () => {
  bench = await createControlBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

function raw(
  path: string,
  body: string | Buffer,
  method = 'POST',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: bench.socketPath, path, method }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('requests that are wrong', () => {
  test('an unknown method is 404 with a code', async () => {
    await bench.serve();
    const answer = await raw('/v1/explode', '{}');
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'control.unknown-method' });
    expect((await raw('/v1/constructor', '{}')).status).toBe(404);
    expect((await raw('/status', '{}')).status).toBe(404);
  });

  test('anything but POST is refused', async () => {
    await bench.serve();
    expect((await raw('/v1/status', '', 'GET')).status).toBe(404);
  });

  test('a body that is not JSON names the method', async () => {
    await bench.serve();
    const answer = await raw('/v1/plan', '{oops');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'control.invalid-request',
      resource: 'plan',
    });
  });

  test('a wrong field names the field, and an unknown one is not ignored', async () => {
    await bench.serve();
    const wrong = await raw('/v1/sync', JSON.stringify({ ...sync, environment: 7 }));
    expect(wrong.status).toBe(400);
    expect(JSON.parse(wrong.body).message).toContain('environment');
    const unknown = await raw('/v1/sync', JSON.stringify({ ...sync, onlyIfHealthy: true }));
    expect(unknown.status).toBe(400);
  });

  test('a body beyond the cap is refused without being kept', async () => {
    await bench.serve();
    const seen = await raw('/v1/plan', Buffer.alloc(maxRequestBytes + 1, 'x')).then(
      (answer) => String(answer.status),
      (error: Error) => error.message,
    );
    // The server answers before it has read everything; a client sees the answer or the closed connection.
    expect(seen).toMatch(/^413$|EPIPE|ECONNRESET/);
    expect(await bench.client().status()).toBeDefined();
  });

  test('a connection that talks nonsense or hangs up harms nobody', async () => {
    await bench.serve();
    const socket = connect(bench.socketPath);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => undefined);
    socket.end('\u0000\u0001 nonsense\r\n\r\n');
    const rude = connect(bench.socketPath);
    rude.on('connect', () => rude.destroy());
    expect(await bench.client().status()).toBeDefined();
  });
});

describe('clients that are slow', () => {
  test('and many, in the middle of a request, hold nobody else up', async () => {
    await bench.serve();
    const slow = Array.from({ length: 200 }, () => connect(bench.socketPath));
    try {
      await Promise.all(slow.map((one) => once(one, 'connect')));
      for (const one of slow)
        one.write('POST /v1/status HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
      expect(await bench.client().status()).toBeDefined();
    } finally {
      for (const one of slow) one.destroy();
    }
  });

  test('in reading a stream are given no more than they take', async () => {
    let made = 0;
    await bench.serve(
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
    const slow = connect(bench.socketPath);
    try {
      slow.pause();
      const body = '{"afterSeq":0}';
      slow.write(
        `POST /v1/follow HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      let before = -1;
      // It comes to a stop by itself: what was made for it fits into the buffers of a socket.
      for (let round = 0; round < 100 && (before !== made || made === 0); round++) {
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
