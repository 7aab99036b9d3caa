import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createControlBench, echoApi, sync, thrown } from './bench.testing.ts';
import type { ControlBench } from './bench.testing.ts';
import { methods } from './methods.ts';

let bench: ControlBench;
beforeEach(async () => {
  bench = await createControlBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('calls', () => {
  test('carry the argument there and the result back unchanged', async () => {
    await bench.serve();
    const client = bench.client();
    expect(await client.status()).toEqual({ name: 'status', argument: null });
    expect(await client.sync(sync)).toEqual({ name: 'sync', argument: sync });
    expect(await client.release('abc')).toEqual({ name: 'release', argument: 'abc' });
    expect(await client.releases({ application: 'site', limit: 3 })).toEqual({
      name: 'releases',
      argument: { application: 'site', limit: 3 },
    });
  });

  test('every method of the interface can be called', async () => {
    await bench.serve();
    const client = bench.client();
    expect(Object.keys(client).toSorted()).toEqual(Object.keys(methods).toSorted());
  });

  test('a method that gives nothing resolves', async () => {
    await bench.serve(echoApi({ activate: async () => undefined }));
    expect(await bench.client().activate({ actor: 'ann' })).toBeNull();
  });

  test('an error arrives with its code, class, resource and hint', async () => {
    await bench.serve();
    const error = await thrown(
      bench.client().application({ application: 'sitee', environment: 'dev' }),
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
    await bench.serve(echoApi({ status: () => Promise.reject(new TypeError('oops')) }));
    const error = await thrown(bench.client().status());
    expect(error).toMatchObject({ code: 'internal.unexpected', class: 'bug', message: 'oops' });
  });

  test('many at once are answered each with its own', async () => {
    await bench.serve();
    const client = bench.client();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => client.release(`id-${at}`)),
    );
    expect(answers.map((answer) => (answer as unknown as { argument: string }).argument)).toEqual(
      Array.from({ length: 50 }, (_, at) => `id-${at}`),
    );
  });
});

test('a client that is told to stop rejects with the reason', async () => {
  await bench.serve(echoApi({ status: () => new Promise(() => undefined) }));
  const stop = new AbortController();
  const answer = bench.client({ signal: stop.signal }).status();
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await expect(answer).rejects.toThrow('enough');
});
