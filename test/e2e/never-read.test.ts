import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpBench, type HttpBench } from '../support/http-bench.ts';

/** A controller whose repository could never be read knows of no application, which is not the same as that there is none. */

let bench: HttpBench;

beforeEach(async () => {
  bench = await createHttpBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

it('lets nobody believe that everything is live', async () => {
  await bench.start();
  await bench.source('a repository without commits', ({ failing }) => failing !== null);

  const waited = await bench.run('wait', '--timeout', '2s');
  expect(waited.code).toBe(124);
  expect(waited.stderr).toMatch(/repository .*has no branch and no commit.*Push a first commit/);
  const planned = await bench.run('plan', '--server');
  expect(planned.code).toBe(1);
  expect(planned.stdout).not.toContain('as Git says');
  expect(planned.stderr).toContain('source.not-ready');
  expect(planned.stderr).toContain('has no branch and no commit');
});

it('is waited for until it has been read', async () => {
  await bench.start();
  await bench.source('a repository without commits', ({ failing }) => failing !== null);
  const waiting = bench.run('wait', '--timeout', '1m');
  await bench.push({ 'site/page.yaml': bench.page('one\n') });
  expect((await waiting).code).toBe(0);
  expect(bench.content()).toBe('one\n');
});
