import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpBench, type HttpBench } from '../support/http-bench.ts';

/** `fairlead up` on a real repository over HTTP, as a process of its own. */

let bench: HttpBench;

beforeEach(async () => {
  bench = await createHttpBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** A controller that has made the first commit live. */
async function startLive(): Promise<string> {
  const commit = await bench.push({ 'site/page.yaml': bench.page('one\n') });
  await bench.start();
  await bench.live('one\n');
  return commit;
}

/** The repository cannot be read: the last good commit is served, and nothing that is live moves. Gives the code. */
async function expectLastGood(commit: string): Promise<string> {
  const source = await bench.source('a failure', ({ failing }) => failing !== null);
  expect(source.current?.commit).toBe(commit);
  await bench.heals('one\n');
  return source.failing?.code ?? '';
}

/** What is pushed now gets live. */
async function expectCaughtUp(): Promise<void> {
  const commit = bench.pushBehind({ 'site/page.yaml': bench.page('caught up\n') });
  await bench.live('caught up\n');
  const source = await bench.source('that it can be read', ({ failing }) => failing === null);
  expect(source.current?.commit).toBe(commit);
}

describe('a controller that follows a repository over HTTP', () => {
  it('makes live what is pushed', async () => {
    await startLive();
    await bench.push({ 'site/page.yaml': bench.page('two\n') });
    await bench.live('two\n');
    expect(bench.content()).toBe('two\n');
  });

  it('asks only where references are, while nothing is pushed', async () => {
    await startLive();
    const { requests } = bench.server;
    const fetches = requests.filter((request) => request.pack).length;
    const seen = requests.length;
    await bench.api.refresh({ source: null });
    expect(requests.length).toBeGreaterThan(seen);
    expect(requests.filter((request) => request.pack)).toHaveLength(fetches);
  });
});

describe('when the server is away', () => {
  it('heals as before, says since when, and catches up afterwards', async () => {
    const commit = await startLive();
    const before = Date.now();
    await bench.server.off();
    expect(await expectLastGood(commit)).toBe('source.unreachable');
    const first = await bench.source('the failure', ({ failing }) => failing !== null);
    expect(first.failing?.sinceMs).toBeGreaterThanOrEqual(before);
    bench.pushBehind({ 'site/page.yaml': bench.page('meanwhile\n') });
    await bench.api.refresh({ source: null });
    const later = await bench.source('the failure', ({ failing }) => failing !== null);
    expect(later.failing?.sinceMs).toBe(first.failing?.sinceMs);
    expect((await bench.run('get', 'sources')).stdout).toMatch(/unreachable since \d{4}-/);
    await bench.server.on();
    await bench.live('meanwhile\n');
    const types = (await bench.api.events({ afterSeq: 0, limit: 1_000 })).map((one) => one.type);
    expect(types.filter((type) => type.startsWith('source.'))).toEqual([
      'source.updated',
      'source.unreachable',
      'source.recovered',
      'source.updated',
    ]);
  });

  it('goes on after a restart in the middle of it', async () => {
    const commit = await startLive();
    await bench.stop('SIGKILL');
    await bench.server.off();
    writeFileSync(join(bench.out, 'page'), 'broken meanwhile\n');
    await bench.start();
    await bench.live('one\n');
    expect(await expectLastGood(commit)).toBe('source.unreachable');
    await bench.server.on();
    await expectCaughtUp();
  });

  it('starts without anything to serve, and says what it waits for', async () => {
    await bench.push({ 'site/page.yaml': bench.page('one\n') });
    await bench.server.off();
    await bench.start();
    const source = await bench.source('the failure', ({ failing }) => failing !== null);
    expect(source).toMatchObject({ current: null, failing: { code: 'source.unreachable' } });
    await bench.server.on();
    await bench.live('one\n');
  });
});

describe('a server that asks for a password', () => {
  it('from the start: `up --once` ends with the code for it', async () => {
    bench.server.mode = 'ask';
    const url = bench.server.url('shop.git');
    const { code, stderr } = await bench.run('up', '--repo', url, '--once');
    expect(stderr).toContain('credentials');
    expect(code).toBe(4);
  });

  it('is given a token from a file, which turns up nowhere else', async () => {
    const canary = 'canary-4711';
    bench.server.credentials = { user: 'git', password: canary };
    const file = join(bench.stateDir, '..', 'token');
    writeFileSync(file, canary);
    bench.pushBehind({ 'site/page.yaml': bench.page('one\n') });
    const running = await bench.start('--token-file', file);
    await bench.live('one\n');
    writeFileSync(file, 'canary-expired');
    await bench.source('a refusal', ({ failing }) => failing?.code === 'source.auth-required');
    writeFileSync(file, canary);
    await bench.source('that it can be read', ({ failing }) => failing === null);
    const seen = [
      running.text(),
      JSON.stringify(await bench.api.status()),
      JSON.stringify(await bench.api.events({ afterSeq: 0, limit: 1_000 })),
    ];
    await bench.stop();
    for (const entry of readdirSync(bench.stateDir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) seen.push(readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    }
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.filter((text) => text.includes('canary'))).toEqual([]);
  });
});

describe('a configuration that is broken', () => {
  it('is told with its place; the last good one goes on, also after a restart without server', async () => {
    await startLive();
    const good = readFileSync(join(bench.checkout.directory, 'fairlead.yaml'), 'utf8');
    await bench.push({ 'fairlead.yaml': good.replace('sync: auto', 'sync: somehow') });
    const { config } = await bench.status('the problem', (one) => one.config.problems.length > 0);
    expect(config.problems[0]).toMatchObject({ file: 'fairlead.yaml', line: 9 });
    await bench.heals('one\n');
    await bench.push({ 'site/page.yaml': bench.page('two\n') });
    await bench.live('two\n');
    await bench.stop('SIGKILL');
    await bench.server.off();
    await bench.start();
    await bench.heals('two\n');
    expect((await bench.api.status()).config.problems).not.toEqual([]);
    await bench.server.on();
    await bench.push({ 'fairlead.yaml': good });
    await bench.status('no problem', (one) => one.config.problems.length === 0);
    await expectCaughtUp();
  });
});

describe('a controller that ends', () => {
  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
  ] as const)('%s: with code %i; what it deployed stays', async (signal, code) => {
    await startLive();
    expect(await bench.stop(signal)).toBe(code);
    expect(bench.content()).toBe('one\n');
    expect(existsSync(join(bench.stateDir, 'control.sock'))).toBe(false);
    await bench.start();
    await expectCaughtUp();
  });

  it('kill -9 again and again in the middle of a release: nothing is lost, and it converges', async () => {
    await startLive();
    const count = 60;
    const names = Array.from({ length: count }, (_, index) => `file-${index}`);
    for (let round = 1; round <= 4; round += 1) {
      const content = `round ${round}\n`;
      bench.pushBehind(
        Object.fromEntries(
          names.map((name) => [`site/${name}.yaml`, bench.page(content, name)] as const),
        ),
      );
      // In a different place each time: when the fifteenth, thirtieth … file has been written.
      await bench.live(content, names[round * 15 - 1]);
      await bench.stop('SIGKILL');
      expect(bench.content()).toBe('one\n');
      await bench.start();
    }
    for (const name of names) await bench.live('round 4\n', name);
    await bench.status('rest', (one) => one.busy === 0 && one.applications > 0);
    const [view] = await bench.api.applications();
    expect(view).toMatchObject({ sync: 'Synced', health: { status: 'Healthy' } });
    expect(readdirSync(bench.out).toSorted()).toEqual(['page', ...names].toSorted());
    const outcomes = (await bench.api.releases({ limit: 100 })).map((one) => one.outcome);
    expect(outcomes).not.toContain('running');
    expect(outcomes).not.toContain('failed');
  });

  it('refuses a second one on the same state folder, and says who has it', async () => {
    await startLive();
    const second = await bench.run('up', '--repo', bench.server.url('shop.git'));
    expect(second.code).toBe(6);
    expect(second.stderr).toMatch(/process \d+ works on this state folder/);
    await bench.heals('one\n');
  });
});
