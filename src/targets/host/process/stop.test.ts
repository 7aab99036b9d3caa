import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fencedOff } from '../../errors.ts';
import {
  applying,
  carrying,
  effectOn,
  forever,
  isRunning,
  logOf,
  lookLive,
  manifest,
  node,
  openBench,
  pidOf,
  prepare,
  run,
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

const deaf = node(
  `process.on('SIGTERM', () => console.log('not yet')); console.log('up'); setInterval(() => {}, 1000)`,
);

/** Waits until a program has said that it is up. */
async function up(name: string): Promise<void> {
  await untilSaid(logOf(bench, name), 'up');
}

describe('a process that is to end', () => {
  it('is asked by the signal it wants and given time to end by itself', async () => {
    const { target, folder } = bench;
    const mark = join(folder, 'ended');
    const argv = node(
      `process.on('SIGINT', () => setTimeout(() => { require('fs').writeFileSync('${mark}', 'well'); process.exit() }, 200)); console.log('up'); setInterval(() => {}, 1000)`,
    );
    const { desired, uid } = await run(
      target,
      manifest('web', { argv, stop: { signal: 'INT', grace: '10s' } }),
    );
    await up('web');
    await target.remove(effectOn(desired, uid));
    expect(await readFile(mark, 'utf8')).toBe('well');
  });

  it('takes along what threw away its environment and does not listen', async () => {
    const { target } = bench;
    const child = `env -i sh -c 'trap "" TERM; echo up; while :; do sleep 0.1; done'`;
    const argv = ['sh', '-c', `${child} & echo "child $!"; exec sleep 1000`];
    const { desired, uid } = await run(target, manifest('web', { argv, stop: { grace: '300ms' } }));
    await up('web');
    const [, pid] = /child (\d+)/.exec(await readFile(logOf(bench, 'web'), 'utf8')) ?? [];
    expect(isRunning(Number(pid))).toBe(true);
    await target.remove(effectOn(desired, uid));
    expect(isRunning(Number(pid))).toBe(false);
  });

  it.runIf(process.platform === 'linux').each([
    ['a session of its own', `setsid env -i sh -c "$CHILD" & wait`],
    ['a session of its own, its parent gone', `(setsid env -i sh -c "$CHILD" &) ; wait`],
    [
      'no open file of ours, its parent there',
      `setsid env -i sh -c "exec 3>&- 4>&-; $CHILD" & wait`,
    ],
  ])('takes along what has no environment and %s', async (_, start) => {
    const { target, folder } = bench;
    const mark = join(folder, 'child');
    const child = `trap "" TERM; echo $$ > ${mark}.new; mv ${mark}.new ${mark}; while :; do sleep 0.1; done`;
    const script = start.replace('$CHILD', child.replaceAll(/[$"]/g, String.raw`\$&`));
    const argv = ['sh', '-c', `${script}; exec sleep 1000`];
    const { desired, uid } = await run(target, manifest('web', { argv, stop: { grace: '300ms' } }));
    await until(async () => (await readFile(mark, 'utf8').catch(() => '')) !== '');
    const pid = Number(await readFile(mark, 'utf8'));
    try {
      expect(isRunning(pid)).toBe(true);
      await target.remove(effectOn(desired, uid));
      expect(isRunning(pid)).toBe(false);
    } finally {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    }
  });

  it.runIf(process.platform === 'linux')(
    'takes along what outlived it under no name, once it is started anew',
    async () => {
      const { target, folder } = bench;
      const mark = join(folder, 'child');
      const child = String.raw`echo \$\$ > ${mark}; exec sleep 1000`;
      const argv = ['sh', '-c', `(setsid env -i sh -c "${child}" &) ; exec sleep 1000`];
      const { desired, uid } = await run(target, manifest('web', { argv }));
      await until(async () => (await readFile(mark, 'utf8').catch(() => '')).includes('\n'));
      const pid = Number(await readFile(mark, 'utf8'));
      process.kill(await pidOf(target, desired), 'SIGKILL');
      await until(async () => (await lookLive(target, desired)).fields['running'] === false);
      await target.apply(applying(desired, uid));
      const isLeft = isRunning(pid);
      if (isLeft) process.kill(pid, 'SIGKILL');
      expect(isLeft).toBe(false);
    },
  );

  it('is killed when it does not end within its grace', async () => {
    const { target } = bench;
    const { desired, uid } = await run(
      target,
      manifest('web', {
        argv: deaf,
        stop: { grace: '300ms' },
        log: { file: join(bench.folder, 'log') },
      }),
    );
    const pid = await pidOf(target, desired);
    await untilSaid(join(bench.folder, 'log'), 'up');
    await target.remove(effectOn(desired, uid));
    expect(isRunning(pid)).toBe(false);
    expect(await readFile(join(bench.folder, 'log'), 'utf8')).toContain('not yet');
  });

  it('takes along what it started, also what left its group', async () => {
    const { target, folder } = bench;
    const argv = node(
      `const { spawn } = require('node:child_process');
       spawn('sleep', ['600'], { stdio: 'ignore' });
       spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
       console.log('up');
       setInterval(() => {}, 1000)`,
    );
    const { desired, uid } = await run(target, manifest('web', { argv, env: { MARK: folder } }));
    await up('web');
    expect(await carrying('MARK', folder)).toHaveLength(3);
    await target.remove(effectOn(desired, uid));
    expect(await carrying('MARK', folder)).toEqual([]);
  });

  it('leaves no orphans behind when it ended first: they go before the next start', async () => {
    const { target, folder } = bench;
    const argv = node(
      `const { spawn } = require('node:child_process');
       spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
       console.log('up');
       setInterval(() => {}, 1000)`,
    );
    const { desired, uid } = await run(target, manifest('web', { argv, env: { MARK: folder } }));
    await up('web');
    const pid = await pidOf(target, desired);
    const before = await carrying('MARK', folder);
    process.kill(pid, 'SIGKILL');
    await until(() => !isRunning(pid));
    await target.apply(applying(desired, uid));
    expect(before.filter(isRunning)).toEqual([]);
  });

  it('is left alone once a newer writer has taken over, or the effect was cancelled', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const pid = await pidOf(target, desired);
    const next = await prepare(target, manifest('web', { argv: [...forever, 'again'] }));
    const fence = async (): Promise<void> => {
      throw fencedOff({ message: 'a newer writer is there' });
    };
    const signal = AbortSignal.abort(new Error('stopped'));
    for (const [other, why] of [
      [{ fence }, 'a newer writer is there'],
      [{ signal }, 'stopped'],
    ] as const) {
      await expect(target.apply({ ...applying(next, uid), ...other })).rejects.toThrow(why);
      await expect(target.remove({ ...effectOn(desired, uid), ...other })).rejects.toThrow(why);
    }
    expect(await pidOf(target, desired)).toBe(pid);
  });

  it('stops waiting for it when the effect is cancelled, and what was asked of it goes on', async () => {
    const { target } = bench;
    const { desired, uid } = await run(
      target,
      manifest('web', { argv: deaf, stop: { grace: '1m' } }),
    );
    await up('web');
    const pid = await pidOf(target, desired);
    const signal = AbortSignal.timeout(300);
    await expect(target.remove({ ...effectOn(desired, uid), signal })).rejects.toThrow(
      /aborted|timeout/,
    );
    expect((await lookLive(target, desired)).status['pid']).toBe(pid);
  });
});
