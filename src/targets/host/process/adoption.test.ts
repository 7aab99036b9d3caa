import { spawn } from 'node:child_process';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sameJson } from '../../../model/json.ts';
import { openProcessTable } from '../../../system/processes.ts';
import type { ProcessEntry } from '../../../system/processes.ts';
import {
  applying,
  carrying,
  effectOn,
  forever,
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
  recordOf,
  referenceTo,
  rewriteRecord,
  run,
  startController,
  until,
  untilSaid,
} from './bench.testing.ts';
import type { Bench } from './bench.testing.ts';

let bench: Bench;
const foreign: number[] = [];

beforeEach(async () => {
  bench = await openBench();
});

afterEach(async () => {
  for (const pid of foreign.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  await bench.close();
});

/** A process that is none of ours. */
function startForeign(): number {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  foreign.push(child.pid!);
  return child.pid!;
}

describe('after its controller was killed', () => {
  it('a process goes on as it is, is found again, and its end is noticed', async () => {
    const web = manifest('web', { argv: forever });
    const controller = startController(bench.stateDir, web);
    const uid = await controller.uid;
    await controller.kill();
    const { target } = bench;
    const desired = await prepare(target, web);
    const live = await lookLive(target, desired);
    expect(live.uid).toBe(uid);
    expect(sameJson(live.fields, desired.fields)).toBe(true);
    const pid = await pidOf(target, desired);
    expect(await target.apply(applying(desired, uid))).toEqual({ uid });
    expect(await pidOf(target, desired)).toBe(pid);
    await target.watch({ key, references: [referenceTo(desired, uid)] });
    process.kill(pid, 'SIGKILL');
    await until(() => bench.told.length > 0);
    expect((await lookLive(target, desired)).fields['running']).toBe(false);
  });

  it(
    'at any moment of a start, exactly one process runs in the end',
    { timeout: 120_000 },
    async () => {
      for (let round = 0; round < 12; round++) {
        const name = `web-${round}`;
        const mark = `${bench.folder}-${round}`;
        const web = manifest(name, { argv: forever, env: { MARK: mark } });
        const controller = startController(bench.stateDir, web);
        controller.uid.catch(() => {});
        const folder = join(bench.stateDir, 'processes');
        // The first trace of the start; then a little later each round, which spans the whole of it.
        await until(async () =>
          (await readdir(folder).catch((): string[] => [])).some((file) =>
            file.includes(`${name}.`),
          ),
        );
        await new Promise((resolve) => setTimeout(resolve, round * 0.7));
        await controller.kill();
        const desired = await prepare(bench.target, web);
        const observation = await look(bench.target, desired);
        const uid = observation.kind === 'present' ? observation.live.uid : null;
        await bench.target.apply(applying(desired, uid));
        expect(await carrying('MARK', mark)).toHaveLength(1);
      }
    },
  );

  it(
    'at any moment of an update, exactly the new one runs in the end',
    { timeout: 120_000 },
    async () => {
      for (let round = 0; round < 8; round++) {
        const name = `web-${round}`;
        const mark = `${bench.folder}-${round}`;
        const version = (one: string) =>
          manifest(name, { argv: forever, env: { MARK: mark, VERSION: one } });
        const { uid } = await run(bench.target, version('1'));
        const controller = startController(bench.stateDir, version('2'), uid);
        controller.uid.catch(() => {});
        const [pid] = await carrying('MARK', mark);
        // It begins with the end of the old one.
        await until(() => !isRunning(pid!));
        await new Promise((resolve) => setTimeout(resolve, round * 1.5));
        await controller.kill();
        const desired = await prepare(bench.target, version('2'));
        const live = await lookLive(bench.target, desired);
        await bench.target.apply(applying(desired, live.uid));
        const left = await carrying('MARK', mark);
        expect(left).toHaveLength(1);
        expect(await carrying('VERSION', '2')).toContain(left[0]);
      }
    },
  );

  it('a process whose start was never recorded is found by its nonce', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const pid = await pidOf(target, desired);
    await rewriteRecord(bench, 'web', { process: null });
    const other = await bench.open();
    const live = await lookLive(other, desired);
    expect(live.uid).toBe(uid);
    expect(live.status['pid']).toBe(pid);
    expect(await other.apply(applying(desired, uid))).toEqual({ uid });
    expect((await recordOf(bench, 'web')).process?.pid).toBe(pid);
  });

  it.runIf(process.platform === 'linux')(
    'a child that has not loaded its program yet is found by its leash, and does not become a second process',
    async () => {
      const { target } = bench;
      const { desired, uid } = await run(target, manifest('web', { argv: forever }));
      process.kill(await pidOf(target, desired), 'SIGKILL');
      await until(async () => (await recordOf(bench, 'web')).ended !== null);
      const { nonce } = await rewriteRecord(bench, 'web', { process: null, ended: null });
      // As it is between fork and exec: the environment of the controller, the leash at the number it has there.
      const leash = await open(join(bench.stateDir, 'processes', `${nonce}.leash`), 'wx+');
      const stdio: ('ignore' | number)[] = Array.from({ length: 9 }, () => 'ignore');
      const child = spawn('sleep', ['600'], { stdio: [...stdio, leash.fd] });
      foreign.push(child.pid!);
      await leash.close();
      const other = await bench.open();
      await other.apply(applying(desired, uid));
      expect(isRunning(child.pid!)).toBe(false);
      const left = await readdir(join(bench.stateDir, 'processes'));
      expect(left).toEqual(['shop@dev@web.json']);
    },
  );

  it('a process whose record was deleted is found by the UID of the inventory, and ended', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const pid = await pidOf(target, desired);
    await rm(join(bench.stateDir, 'processes', 'shop@dev@web.json'));
    const live = await lookLive(target, desired, uid);
    expect(live.uid).toBe(uid);
    expect(target.health(live, desired).status).toBe('Degraded');
    const again = await target.apply(applying(desired, uid));
    expect(isRunning(pid)).toBe(false);
    expect(again.uid).not.toBe(uid);
    expect(await pidOf(target, desired)).not.toBe(pid);
  });
});

describe('several controllers', () => {
  it('that heal the same process at the same time start one', async () => {
    const { target, folder } = bench;
    const web = manifest('web', { argv: forever, env: { MARK: folder } });
    const { desired, uid } = await run(target, web);
    process.kill(await pidOf(target, desired), 'SIGKILL');
    await until(async () => (await recordOf(bench, 'web')).ended !== null);
    const controllers = [target, await bench.open(), await bench.open()];
    const answers = await Promise.allSettled(
      controllers.map((one) => one.apply(applying(desired, uid))),
    );
    const uids = answers.map((one) => (one.status === 'fulfilled' ? one.value.uid : 'refused'));
    expect(new Set(uids).size).toBe(1);
    expect(await carrying('MARK', folder)).toHaveLength(1);
  });
});

describe('a number that was given out anew', () => {
  it('is another process: ours is dead, and the other is left alone by a start and a removal', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const own = await pidOf(target, desired);
    const pid = startForeign();
    const table = await openProcessTable();
    const identity = { bootId: table.bootId, pid, startTime: '1' };
    process.kill(own, 'SIGKILL');
    await until(async () => (await recordOf(bench, 'web')).ended !== null);
    await rewriteRecord(bench, 'web', { process: identity, ended: null });
    expect((await lookLive(target, desired)).fields['running']).toBe(false);
    const healed = await target.apply(applying(desired, uid));
    expect(isRunning(pid)).toBe(true);
    await rewriteRecord(bench, 'web', { process: identity });
    await target.remove(effectOn(desired, healed.uid));
    expect(isRunning(pid)).toBe(true);
  });

  it('in another boot is another process, even with the same start time', async () => {
    const { target } = bench;
    const { desired } = await run(target, manifest('web', { argv: forever }));
    const own = await recordOf(bench, 'web');
    await rewriteRecord(bench, 'web', {
      bootId: 'before',
      process: { ...own.process!, bootId: 'before' },
    });
    expect((await lookLive(target, desired)).fields['running']).toBe(false);
    process.kill(own.process!.pid, 'SIGKILL');
  });
});

describe('a zombie', () => {
  it.runIf(process.platform === 'linux')('counts as dead', async () => {
    const { target } = bench;
    const { desired, uid } = await run(target, manifest('web', { argv: forever }));
    const own = await pidOf(target, desired);
    // `exec` leaves the first child without a parent that would collect it.
    const parent = spawn('sh', ['-c', 'sleep 0 & exec sleep 600'], { stdio: 'ignore' });
    foreign.push(parent.pid!);
    const table = await openProcessTable();
    const parentOf = async (pid: number): Promise<string | undefined> => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    };
    let zombie: ProcessEntry | undefined;
    await until(async () => {
      for (const entry of await table.list()) {
        if (entry.zombie && (await parentOf(entry.pid)) === String(parent.pid)) zombie = entry;
      }
      return zombie !== undefined;
    });
    process.kill(own, 'SIGKILL');
    await until(async () => (await recordOf(bench, 'web')).ended !== null);
    await rewriteRecord(bench, 'web', {
      process: { bootId: table.bootId, pid: zombie!.pid, startTime: zombie!.startTime },
      ended: null,
    });
    expect((await lookLive(target, desired, uid)).fields['running']).toBe(false);
  });
});

describe('an application with a new name', () => {
  it('keeps its process, its end is noticed and its log is found under the new name', async () => {
    const { target } = bench;
    const argv = node(`console.log('hello'); setInterval(() => {}, 1000)`);
    const { desired, uid } = await run(target, manifest('web', { argv }));
    const pid = await pidOf(target, desired);
    await untilSaid(logOf(bench, 'web'), 'hello');
    const renamed = { application: 'store', environment: 'dev' };
    const reference = referenceTo(desired, uid);
    const [seen] = await target.read(renamed, [reference]);
    expect(seen).toMatchObject({ kind: 'present', live: { uid, status: { pid } } });
    await target.watch({ key: renamed, references: [reference] });
    const lines: string[] = [];
    const options = { tail: 10, follow: false };
    for await (const line of target.logs!(renamed, desired.id, options)) lines.push(line);
    expect(lines).toEqual(['hello']);
    expect(await look(target, desired)).toEqual({ kind: 'absent' });
    process.kill(pid, 'SIGKILL');
    await until(() => bench.told.some((change) => change.key.application === 'store'));
    await target.remove({ ...effectOn(desired, uid), key: renamed });
    expect((await target.read(renamed, [reference]))[0]).toEqual({ kind: 'absent' });
  });
});
