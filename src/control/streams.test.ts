import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createControlBench, echoApi, notFound, someEvent, thrown } from './bench.testing.ts';
import type { ControlBench } from './bench.testing.ts';

let bench: ControlBench;
beforeEach(async () => {
  bench = await createControlBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('streams', () => {
  test('give items as they come until the reader aborts, and the controller hears of it', async () => {
    let ended = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (ended = resolve));
    await bench.serve(
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
    for await (const event of bench.client().follow({ afterSeq: 41 }, stop.signal)) {
      seen.push(event.seq);
      if (seen.length === 3) stop.abort();
    }
    expect(seen.slice(0, 3)).toEqual([42, 43, 44]);
    await stopped;
  });

  test('a reader that leaves the loop ends the stream', async () => {
    await bench.serve();
    for await (const event of bench
      .client()
      .follow({ afterSeq: 0 }, new AbortController().signal)) {
      expect(event.seq).toBe(1);
      break;
    }
  });

  test('end by themselves when there is no more', async () => {
    await bench.serve();
    const lines: string[] = [];
    const request = {
      application: 'site',
      environment: 'dev',
      resource: null,
      tail: 5_000,
      follow: false,
    };
    for await (const { line } of bench.client().logs(request, new AbortController().signal)) {
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
    await bench.serve(
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
    const client = bench.client();
    expect((await thrown(Array.fromAsync(client.follow({ afterSeq: 0 }, never)))).message).toBe(
      'at once',
    );
    expect((await thrown(Array.fromAsync(client.logs(request, never)))).message).toBe('later');
  });

  test('that wait for their first item are open all the same, and closing the controller ends them', async () => {
    const server = await bench.serve(
      echoApi({
        // eslint-disable-next-line require-yield
        follow: async function* () {
          await new Promise(() => undefined);
        },
      }),
    );
    const { socketPath } = bench;
    const sent = request({ socketPath, path: '/v1/follow', method: 'POST' });
    sent.end('{"afterSeq":0}');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    await server.close();
    expect(await text(answer)).toBe('{"end":true}\n');
  });
});
