import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canMount, mountSmallDisk } from '../../../../test/support/small-disk.ts';
import type { SmallDisk } from '../../../../test/support/small-disk.ts';
import { systemClock } from '../../../system/clock.ts';
import { openProcessTable, ownIdentity } from '../../../system/processes.ts';
import { Temporaries } from '../temporaries.ts';
import { createLocks } from './lock.ts';
import type { WithLock } from './lock.ts';

const mayMount = canMount();
let disk: SmallDisk;
let folder: string;
let withLock: WithLock;

beforeEach(async () => {
  if (!mayMount) return;
  disk = mountSmallDisk(1);
  folder = join(disk.path, 'locks');
  mkdirSync(folder);
  const table = await openProcessTable();
  const self = await ownIdentity(table);
  const temporaries = new Temporaries(systemClock, table, self);
  withLock = createLocks({ clock: systemClock, table, self, temporaries }, folder);
});
afterEach(() => {
  if (mayMount) disk[Symbol.dispose]();
});

test.runIf(mayMount)(
  'on a disk that is full or read-only it fails as something that passes',
  async () => {
    disk.fill();
    await expect(withLock('a', async () => {})).rejects.toMatchObject({ code: 'host.disk-full' });
    expect(readdirSync(folder)).toEqual([]);
    disk.free();
    await withLock('a', async () => {});
    disk.readOnly(true);
    await expect(withLock('a', async () => {})).rejects.toMatchObject({ code: 'host.read-only' });
    disk.readOnly(false);
    await withLock('a', async () => {});
  },
);

test.runIf(mayMount)('one that could not be let go is known for our own later', async () => {
  const done = await withLock('a', async () => {
    disk.readOnly(true);
    return 'done';
  });
  expect(done).toBe('done');
  disk.readOnly(false);
  expect(readdirSync(folder)).toContain('a.lock');
  expect(await withLock('a', async () => 'again')).toBe('again');
  expect(readdirSync(folder)).not.toContain('a.lock');
});
