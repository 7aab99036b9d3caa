import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sameJson } from '../../../model/json.ts';
import { freePort } from './port.testing.ts';
import {
  applying,
  effectOn,
  forever,
  healthNow,
  isRunning,
  key,
  logOf,
  look,
  lookLive,
  manifest,
  node,
  openBench,
  pidOf,
  prepare,
  referenceTo,
  run,
  runHealthy,
  until,
  untilSaid,
} from './bench.testing.ts';
import type { Bench } from './bench.testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(async () => {
  await bench.close();
});

describe('a process', () => {
  it('is absent, then runs as it was declared, then is gone', async () => {
    const { target } = bench;
    const desired = await prepare(target, manifest('web', { argv: forever }));
    expect(await look(target, desired)).toEqual({ kind: 'absent' });
    const { uid } = await target.apply(applying(desired, null));
    const live = await lookLive(target, desired);
    expect(live.uid).toBe(uid);
    expect(sameJson(live.fields, desired.fields)).toBe(true);
    const pid = await pidOf(target, desired);
    expect(isRunning(pid)).toBe(true);
    await target.remove(effectOn(desired, uid));
    expect(isRunning(pid)).toBe(false);
    expect(await look(target, desired, uid)).toEqual({ kind: 'absent' });
    await target.remove(effectOn(desired, uid));
  });

  it('goes on when the same effect is sent again', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const pid = await pidOf(target, desired);
    expect(await target.apply(applying(desired, uid))).toEqual({ uid });
    expect(await target.apply(applying(desired, null))).toEqual({ uid });
    expect(await pidOf(target, desired)).toBe(pid);
  });

  it('goes on when only its probing, rotating or stopping changes', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const pid = await pidOf(target, desired);
    const spec = { argv: forever, stop: { grace: '1s' }, log: { keep: 1 }, restart: 'never' };
    const next = await prepare(target, manifest('web', spec));
    expect(await target.apply(applying(next, uid))).toEqual({ uid });
    const live = await lookLive(target, next);
    expect(sameJson(live.fields, next.fields)).toBe(true);
    expect(await pidOf(target, next)).toBe(pid);
  });

  it('is replaced when its arguments change: the port is free for the new one', async () => {
    const { target } = bench;
    const port = await freePort();
    const serve = (version: string) =>
      manifest('web', {
        argv: node(serverOn(port, version)),
        probe: { http: { port, path: '/' } },
      });
    const { desired, uid } = await runHealthy(target, serve('one'));
    const pid = await pidOf(target, desired);
    const next = await prepare(target, serve('two'));
    const applied = await target.apply(applying(next, uid));
    expect(applied.uid).not.toBe(uid);
    await until(async () => (await healthNow(target, next)).status === 'Healthy');
    expect(isRunning(pid)).toBe(false);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('two');
  });

  it('is not replaced by one that cannot start: what is missing is named before the old one is stopped', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const pid = await pidOf(target, desired);
    const next = await prepare(target, manifest('web', { argv: ['no-such-program-here'] }));
    await expect(target.apply(applying(next, uid))).rejects.toMatchObject({
      code: 'host.start-failed',
      class: 'input',
      message: expect.stringContaining('no-such-program-here'),
    });
    expect(isRunning(pid)).toBe(true);
    const elsewhere = await prepare(target, manifest('web', { argv: forever, cwd: '/no/such' }));
    await expect(target.apply(applying(elsewhere, uid))).rejects.toMatchObject({
      code: 'host.start-failed',
      message: expect.stringContaining('/no/such'),
    });
    expect(await pidOf(target, desired)).toBe(pid);
  });

  it('leaves nothing behind when its program cannot be started', async () => {
    const { target } = bench;
    const desired = await prepare(target, manifest('web', { argv: ['/no/such/program'] }));
    await expect(target.apply(applying(desired, null))).rejects.toMatchObject({
      code: 'host.start-failed',
    });
    expect(await look(target, desired)).toEqual({ kind: 'absent' });
  });

  it('has its own environment and little else', async () => {
    const target = await bench.open({ HOME: '/home/ada', TOKEN: 'controller only' });
    const argv = node('console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)');
    const { desired } = await run(target, manifest('web', { argv, env: { GREETING: 'hello' } }));
    const said = await untilSaid(logOf(bench, 'web'), '}');
    const env = JSON.parse(said) as Record<string, string>;
    expect(Object.keys(env).toSorted()).toEqual([
      'FAIRLEAD_NONCE',
      'GREETING',
      'HOME',
      'LANG',
      'PATH',
    ]);
    expect(env['GREETING']).toBe('hello');
    expect(env['HOME']).toBe('/home/ada');
    expect(desired.fields['env']).toEqual({ GREETING: 'hello' });
  });
});

describe('an end', () => {
  it('is noticed, told with its code, and healed by the next effect', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    await target.watch({ key, references: [referenceTo(desired, uid)] });
    const pid = await pidOf(target, desired);
    process.kill(pid, 'SIGKILL');
    await until(() => bench.told.length > 0);
    expect(bench.told[0]).toEqual({
      key,
      id: desired.id,
      message: 'process web was ended by SIGKILL',
    });
    const live = await lookLive(target, desired);
    expect(live.fields['running']).toBe(false);
    const healed = await target.apply(applying(desired, live.uid));
    expect(healed.uid).not.toBe(uid);
    expect(await pidOf(target, desired)).not.toBe(pid);
  });

  it('of a process that another controller started is noticed, too', async () => {
    const { target } = bench;
    const { desired, uid } = await run(await bench.open(), manifest('web', { argv: forever }));
    await target.watch({ key, references: [referenceTo(desired, uid)] });
    process.kill(await pidOf(target, desired), 'SIGKILL');
    await until(() => bench.told.length > 0);
    expect(bench.told[0]?.message).toMatch(/^process web (was ended|ended)/);
  });
});

function serverOn(port: number, text: string): string {
  return `require('node:http').createServer((_, response) => response.end('${text}')).listen(${port}, '127.0.0.1')`;
}
