import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applying,
  forever,
  healthNow,
  key,
  manifest,
  node,
  openBench,
  prepare,
  referenceTo,
  runHealthy,
  until,
} from './bench.testing.ts';
import type { Bench } from './bench.testing.ts';
import { freePort } from './port.testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(async () => {
  await bench.close();
});

describe('a probe', () => {
  it('over HTTP wants its status', async () => {
    const { target, folder } = bench;
    const port = await freePort();
    const sick = join(folder, 'sick');
    const argv = node(
      `require('node:http').createServer((request, response) => response.writeHead(
         request.url === '/ready?now' && !require('fs').existsSync('${sick}') ? 204 : 503).end())
       .listen(${port}, '127.0.0.1')`,
    );
    const http = { port, path: '/ready?now', expectStatus: 204 };
    const probe = { http, period: '100ms', failureThreshold: 2 };
    const { desired, uid } = await runHealthy(target, manifest('web', { argv, probe }));
    expect((await healthNow(target, desired)).message).toBe(
      `http://127.0.0.1:${port}/ready?now answers 204`,
    );
    await target.watch({ key, references: [referenceTo(desired, uid)] });
    await writeFile(sick, '');
    await until(() => bench.told.length > 0);
    expect(bench.told[0]?.message).toBe(
      `process web is Degraded: is not ready: http://127.0.0.1:${port}/ready?now answers 503, not 204`,
    );
    expect((await healthNow(target, desired)).status).toBe('Degraded');
    await rm(sick);
    await until(() => bench.told.length > 1);
    expect(bench.told[1]?.message).toContain('process web is Healthy');
  });

  it('over TCP wants a connection', async () => {
    const { target } = bench;
    const port = await freePort();
    const argv = node(
      `setTimeout(() => require('node:net').createServer().listen(${port}, '127.0.0.1'), 300)`,
    );
    const web = manifest('web', { argv, probe: { tcp: { port } } });
    const desired = await prepare(target, web);
    await target.apply(applying(desired, null));
    expect(await healthNow(target, desired)).toEqual({
      status: 'Progressing',
      message: `is not ready yet: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    await until(async () => (await healthNow(target, desired)).status === 'Healthy');
  });

  it('by a program has the environment of the process, secrets included, and its folder', async () => {
    const { folder } = bench;
    const target = await bench.open({ TOKEN: 'let me in' });
    await writeFile(join(folder, 'token'), 'let me in');
    const exec = {
      argv: ['sh', '-c', 'test "$TOKEN" = "$(cat token)" && test -z "$FAIRLEAD_NONCE"'],
    };
    const env = { TOKEN: { fromEnv: 'TOKEN' } };
    const web = manifest('web', { argv: forever, cwd: folder, env, probe: { exec } });
    const { desired } = await runHealthy(target, web);
    expect((await healthNow(target, desired)).message).toBe('sh ends with code 0');
  });

  it('that replaces another one is asked at once, though its process goes on', async () => {
    const { target } = bench;
    const good = { exec: { argv: ['true'] } };
    const bad = { exec: { argv: ['false'] }, startTimeout: '100ms', failureThreshold: 1 };
    const { uid } = await runHealthy(target, manifest('web', { argv: forever, probe: good }));
    const next = await prepare(target, manifest('web', { argv: forever, probe: bad }));
    expect(await target.apply(applying(next, uid))).toEqual({ uid });
    await until(async () => (await healthNow(target, next)).status === 'Degraded');
    expect((await healthNow(target, next)).message).toBe('is not ready: false ends with code 1');
  });

  it('that gets no answer in time has failed', async () => {
    const { target } = bench;
    const probe = { exec: { argv: ['sleep', '600'] }, timeout: '100ms', startTimeout: '300ms' };
    const desired = await prepare(target, manifest('web', { argv: forever, probe }));
    await target.apply(applying(desired, null));
    await until(async () => (await healthNow(target, desired)).status === 'Degraded');
    expect((await healthNow(target, desired)).message).toBe(
      'is not ready: no answer within 100 ms',
    );
  });
});
