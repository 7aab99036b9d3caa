import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runGit } from '../support/git.ts';
import { createHttpBench, type HttpBench } from '../support/http-bench.ts';

/** One controller, and one trouble with its repository after the other. */

let bench: HttpBench;
/** What is live when a test begins. */
let commit: string;
/** Files that are broken by hand, one a test: who breaks the same one again and again is in a contest. */
const others = Array.from({ length: 8 }, (_, index) => `other-${index}`);
let broken = 0;

beforeAll(async () => {
  bench = await createHttpBench();
  const files = others.map((name) => [`site/${name}.yaml`, bench.page('good\n', name)] as const);
  await bench.push({ ...Object.fromEntries(files), 'site/page.yaml': bench.page('one\n') });
  await bench.start();
});

beforeEach(async () => {
  bench.server.mode = 'serve';
  commit = bench.pushBehind({ 'site/page.yaml': bench.page('one\n') });
  await bench.live('one\n');
  await bench.source('the commit', ({ current }) => current?.commit === commit);
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

/** The repository cannot be read: the last good commit is served, and nothing that is live moves. Gives the code. */
async function expectLastGood(): Promise<string> {
  const source = await bench.source('a failure', ({ failing }) => failing !== null);
  expect(source.current?.commit).toBe(commit);
  await expectHealing();
  return source.failing?.code ?? '';
}

async function expectHealing(): Promise<void> {
  await bench.heals('good\n', others[broken++]);
}

/** What is pushed now gets live. */
async function expectCaughtUp(): Promise<void> {
  const next = bench.pushBehind({ 'site/page.yaml': bench.page('caught up\n') });
  await bench.live('caught up\n');
  const source = await bench.source('that it can be read', ({ failing }) => failing === null);
  expect(source.current?.commit).toBe(next);
}

describe('a server that answers badly', () => {
  it('asks for a password: told at once, nobody is asked, and nothing is given up', async () => {
    bench.server.mode = 'ask';
    expect(await expectLastGood()).toBe('source.auth-required');
    bench.server.mode = 'serve';
    await expectCaughtUp();
  });

  it('answers with errors', async () => {
    bench.server.mode = 'error';
    expect(await expectLastGood()).toBe('source.unreachable');
    bench.server.mode = 'serve';
    await expectCaughtUp();
  });

  it('cuts its packs short', async () => {
    bench.server.mode = 'truncate';
    bench.pushBehind({ 'site/page.yaml': bench.page('two\n') });
    expect(await expectLastGood()).toBe('source.unreachable');
    bench.server.mode = 'serve';
    await expectCaughtUp();
  });
});

describe('a repository that is not what it was', () => {
  it('is emptied', async () => {
    runGit(bench.bare, ['update-ref', '-d', 'refs/heads/main']);
    expect(await expectLastGood()).toBe('source.empty');
    await expectCaughtUp();
  });

  it('has vanished', async () => {
    renameSync(bench.bare, `${bench.bare}.away`);
    expect(await expectLastGood()).toBe('source.not-found');
    // Nothing is to do, but nobody knows what the branch says.
    const synced = await bench.run('sync', '--server');
    expect(synced).toMatchObject({ code: 5, stderr: expect.stringContaining('unreachable since') });
    renameSync(`${bench.bare}.away`, bench.bare);
    await expectCaughtUp();
  });

  it('was rewritten: held until a person approves that commit', async () => {
    const first = commit;
    await bench.push({ 'site/page.yaml': bench.page('two\n') });
    await bench.live('two\n');
    bench.checkout.git('reset', '--quiet', '--hard', first);
    const rewritten = bench.pushBehind({ 'site/page.yaml': bench.page('rewritten\n') }, true);
    const source = await bench.source('a held commit', ({ held }) => held !== null);
    expect(source.held?.commit).toBe(rewritten);
    expect((await bench.run('get', 'sources')).stdout).toContain(
      `fairlead approve ${rewritten.slice(0, 12)}`,
    );
    await expectHealing();
    bench.server.mode = 'error';
    await bench.source('that it cannot be reached either', ({ failing }) => failing !== null);
    // Both are told: the one needs a person, the other the server.
    const both = ['does not descend from', `fairlead approve ${rewritten.slice(0, 12)}`];
    for (const command of [['get', 'sources'], ['doctor']]) {
      const { stdout, stderr } = await bench.run(...command);
      for (const part of [...both, 'unreachable since']) expect(stdout + stderr).toContain(part);
    }
    bench.server.mode = 'serve';
    const approved = await bench.run('approve', rewritten.slice(0, 12));
    expect(approved).toMatchObject({ code: 0 });
    await bench.live('rewritten\n');
    expect((await bench.api.status()).sources[0]?.held).toBeNull();
    await expectCaughtUp();
  });

  it('holds a damaged object', async () => {
    await bench.server.off();
    bench.pushBehind({ 'site/page.yaml': bench.page('two\n') });
    const blob = bench.checkout.git('rev-parse', 'HEAD:site/page.yaml');
    const object = join(bench.bare, 'objects', blob.slice(0, 2), blob.slice(2));
    renameSync(object, `${object}.good`);
    writeFileSync(object, 'damaged');
    await bench.server.on();
    expect(await expectLastGood()).toMatch(/^source\.(corrupt|unreachable)$/);
    renameSync(`${object}.good`, object);
    await bench.live('two\n');
    await expectCaughtUp();
  });
});
