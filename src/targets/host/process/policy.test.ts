import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServer } from 'node:http';
import {
  applying,
  effectOn,
  healthNow,
  forever,
  isRunning,
  key,
  lookLive,
  manifest,
  node,
  openBench,
  pidOf,
  prepare,
  recordOf,
  referenceTo,
  run,
  runHealthy,
  startController,
  until,
  untilSaid,
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

describe('restart: never', () => {
  it('leaves alone what ended well, and says so', async () => {
    const { target } = bench;
    const job = manifest('job', { argv: ['true'], restart: 'never' });
    const { desired } = await runHealthy(target, job);
    const live = await lookLive(target, desired);
    expect(live.fields).toEqual(desired.fields);
    expect(target.health(live, desired).message).toBe('ended with code 0, and is not to run again');
  });

  it('leaves alone what ended badly, and says why', async () => {
    const { target } = bench;
    const argv = node(`console.error('Error: nothing to do'); process.exit(3)`);
    const desired = await prepare(target, manifest('job', { argv, restart: 'never' }));
    await target.apply(applying(desired, null));
    await until(async () => (await healthNow(target, desired)).status === 'Degraded');
    expect((await healthNow(target, desired)).message).toBe(
      'ended with code 3, and is not started again; it said: Error: nothing to do',
    );
    expect((await lookLive(target, desired)).fields).toEqual(desired.fields);
  });
});

describe('restart: on-failure', () => {
  it('knows how a process ended whose controller was dead by then', async () => {
    const { target, folder } = bench;
    for (const [name, code] of [
      ['good', 0],
      ['bad', 4],
    ] as const) {
      const go = join(folder, `go-${name}`);
      const argv = ['sh', '-c', `until test -e ${go}; do sleep 0.05; done; exit ${code}`];
      const job = manifest(name, { argv, restart: 'on-failure' });
      const controller = startController(bench.stateDir, job);
      await controller.uid;
      await controller.kill();
      const desired = await prepare(target, job);
      const pid = await pidOf(target, desired);
      await writeFile(go, '');
      await until(() => !isRunning(pid));
      const live = await lookLive(target, desired);
      expect(live.fields['running']).toBe(code === 0);
      expect(live.because).toEqual(code === 0 ? undefined : { running: 'ended with code 4' });
    }
  });

  it('is ended by its signal like any other: the witness does not stand in the way', async () => {
    const { target } = bench;
    const argv = node(
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(0) }); console.log('up'); setInterval(() => {}, 1000)`,
    );
    const file = join(bench.folder, 'log');
    const { desired, uid } = await run(
      target,
      manifest('job', { argv, restart: 'on-failure', log: { file } }),
    );
    await untilSaid(file, 'up');
    const pid = await pidOf(target, desired);
    await target.remove(effectOn(desired, uid));
    expect(isRunning(pid)).toBe(false);
    expect(await readFile(file, 'utf8')).toBe('up\nbye\n');
  });
});

describe('a crash loop', () => {
  it('waits between starts, and tells when the next one is due', async () => {
    const { target, told } = bench;
    const argv = node(`console.log('fatal: no database'); process.exit(1)`);
    const desired = await prepare(target, manifest('web', { argv }));
    let { uid } = await target.apply(applying(desired, null));
    await target.watch({ key, references: [referenceTo(desired, uid)] });
    await until(async () => (await lookLive(target, desired)).fields['running'] === false);
    ({ uid } = await target.apply(applying(desired, uid)));
    // The second end comes too soon after the first.
    await until(async () => (await recordOf(bench, 'web')).failures === 2);
    const live = await lookLive(target, desired);
    expect(live.fields['running']).toBe(true);
    expect(target.health(live, desired)).toEqual({
      status: 'Degraded',
      message:
        'ended with code 1, 2 times soon after its start; it is started again in 1 s; it said: fatal: no database',
    });
    await until(() => told.some(({ message }) => message.endsWith('is to be started again')));
    expect((await lookLive(target, desired)).fields['running']).toBe(false);
  });

  it('counts an end that nobody has written down yet', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const other = await bench.open();
    await target.close();
    process.kill(await pidOf(other, desired), 'SIGKILL');
    await until(async () => (await lookLive(other, desired)).fields['running'] === false);
    expect((await recordOf(bench, 'web')).failures).toBe(0);
    await other.apply(applying(desired, uid));
    expect((await recordOf(bench, 'web')).failures).toBe(1);
  });

  it('is forgotten when the process is changed', async () => {
    const { target } = bench;
    const crash = (code: number) => manifest('web', { argv: node(`process.exit(${code})`) });
    const desired = await prepare(target, crash(1));
    const { uid } = await target.apply(applying(desired, null));
    await until(async () => (await recordOf(bench, 'web')).failures === 1);
    const next = await prepare(target, crash(2));
    await target.apply(applying(next, uid));
    expect((await recordOf(bench, 'web')).failures).toBe(0);
  });
});

describe('a port that somebody else holds', () => {
  it('does not make a process healthy that ends because of it; its last words say why', async () => {
    const { target } = bench;
    const port = await freePort();
    const other = createServer((_, response) => response.end('somebody else'));
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      // Slow enough to be probed, and answered for, before it finds out.
      const argv = node(
        `setTimeout(() => require('node:http').createServer().listen(${port}, '127.0.0.1'), 300)`,
      );
      const web = manifest('web', { argv, probe: { http: { port } } });
      const desired = await prepare(target, web);
      await target.apply(applying(desired, null));
      expect((await healthNow(target, desired)).status).toBe('Progressing');
      await until(async () => (await healthNow(target, desired)).status === 'Degraded');
      expect((await healthNow(target, desired)).message).toContain(
        `Error: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
      );
    } finally {
      other.close();
    }
  });
});
