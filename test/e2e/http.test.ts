import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpBench, type HttpBench } from '../support/http-bench.ts';

/** `fairlead up` on a real repository over HTTP, as a process of its own. */
describe('a controller that follows a repository over HTTP', () => {
  let bench: HttpBench;

  beforeEach(async () => {
    bench = await createHttpBench();
  });

  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it('makes live what is pushed', async () => {
    await bench.push({ 'site/page.yaml': bench.page('one\n') });
    await bench.start();
    await bench.live('one\n');
    await bench.push({ 'site/page.yaml': bench.page('two\n') });
    await bench.live('two\n');
    expect(bench.content()).toBe('two\n');
  });
});
