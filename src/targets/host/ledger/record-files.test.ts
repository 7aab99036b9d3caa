import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../system/clock.ts';
import { sha256 } from '../../../system/hasher.ts';
import { openProcessTable, ownIdentity } from '../../../system/processes.ts';
import { Temporaries } from '../temporaries.ts';
import { RecordFiles } from './record-files.ts';

const key = { application: 'shop', environment: 'dev' };
const record = (epoch: number, state = ''): Record<string, unknown> => ({ ...key, epoch, state });

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-records-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Another process, as it were: what one has in memory the other knows only from the disk. */
async function open(clock = systemClock): Promise<RecordFiles> {
  const table = await openProcessTable();
  const temporaries = new Temporaries(clock, table, await ownIdentity(table));
  return new RecordFiles({
    folder,
    kind: 'inventory',
    formatVersion: 1,
    hash: sha256,
    clock,
    temporaries,
  });
}

const text = (files: RecordFiles): string => readFileSync(files.path(key), 'utf8');
const lines = (files: RecordFiles): number => text(files).split('\n').length - 1;

test('what was written is what is read, also where the disk took long to write it', async () => {
  // As after an fsync of a second: the file was changed long before anybody looks at it.
  const files = await open({ ...systemClock, nowMs: () => Date.now() + 1_000 });
  for (const epoch of [1, 2, 3]) {
    await files.write(key, record(epoch));
    expect(await files.load(key)).toEqual(record(epoch));
  }
});

test('what another process writes right after us is what is read', async () => {
  const [ours, theirs] = [await open(), await open()];
  for (let epoch = 0; epoch < 50; epoch += 2) {
    await ours.write(key, record(epoch));
    await theirs.write(key, record(epoch + 1));
    expect(await ours.load(key)).toEqual(record(epoch + 1));
  }
});

describe('a record that may fall back to the one before it', () => {
  const begun = record(1, 'begun');
  const done = record(1, 'done');

  async function both(): Promise<RecordFiles> {
    const files = await open();
    await files.write(key, begun);
    await files.write(key, done, { mayFallBack: true });
    return files;
  }

  test('is appended, and is what everybody reads', async () => {
    const files = await both();
    expect(lines(files)).toBe(4);
    expect([await files.load(key), await (await open()).load(key)]).toEqual([done, done]);
  });

  test('does not count unless it is whole', async () => {
    const files = await both();
    const [whole, first] = [text(files), text(files).split('\n').slice(0, 2).join('\n').length + 1];
    for (let length = first; length < whole.length; length += 1) {
      writeFileSync(files.path(key), whole.slice(0, length));
      expect(await (await open()).load(key)).toEqual(begun);
    }
    writeFileSync(files.path(key), whole.replace('done', 'gone'));
    expect(await (await open()).load(key)).toEqual(begun);
  });

  test('is no help to one whose first record is damaged', async () => {
    const files = await both();
    writeFileSync(files.path(key), text(files).replace('begun', 'began'));
    await expect((await open()).load(key)).rejects.toMatchObject({
      code: 'target.inventory-unreadable',
    });
    truncateSync(files.path(key), 100);
    await expect((await open()).load(key)).rejects.toMatchObject({
      code: 'target.inventory-unreadable',
    });
  });

  test('of the future is refused, not skipped', async () => {
    const files = await both();
    writeFileSync(
      files.path(key),
      text(files).replace(/"formatVersion":1(?=[^\n]*\n[^\n]*done)/, '"formatVersion":99'),
    );
    await expect((await open()).load(key)).rejects.toMatchObject({
      code: 'target.inventory-newer',
    });
  });

  test('is written whole where the file is not surely the one that we know', async () => {
    const [ours, theirs] = [await open(), await open()];
    await ours.write(key, begun);
    await theirs.write(key, record(2, 'theirs'));
    await ours.write(key, done, { mayFallBack: true });
    expect([lines(ours), await theirs.load(key)]).toEqual([2, done]);
    const inode = statSync(ours.path(key)).ino;
    await ours.write(key, record(1, 'more'), { mayFallBack: true });
    await ours.write(key, record(1, 'most'), { mayFallBack: true });
    expect([lines(ours), await theirs.load(key)]).toEqual([2, record(1, 'most')]);
    expect(statSync(ours.path(key)).ino).not.toBe(inode);
  });

  test('is written whole after a tail that was cut off', async () => {
    const files = await both();
    truncateSync(files.path(key), text(files).length - 3);
    await files.write(key, done, { mayFallBack: true });
    expect([lines(files), await (await open()).load(key)]).toEqual([2, done]);
  });

  test('leaves no trace when the last check before it fails', async () => {
    const files = await open();
    await files.write(key, begun);
    const taken = async (): Promise<void> => {
      throw new Error('the lock was taken over');
    };
    await expect(
      files.write(key, done, { mayFallBack: true, beforeCommit: taken }),
    ).rejects.toThrow('taken over');
    expect([lines(files), await files.load(key)]).toEqual([2, begun]);
  });
});
