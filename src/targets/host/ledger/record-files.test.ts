import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../system/clock.ts';
import { sha256 } from '../../../system/hasher.ts';
import { openProcessTable, ownIdentity } from '../../../system/processes.ts';
import { Temporaries } from '../temporaries.ts';
import { RecordFiles } from './record-files.ts';

const key = { application: 'shop', environment: 'dev' };

test('what was written is what is read, also where the disk took long to write it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-records-'));
  try {
    const table = await openProcessTable();
    // As after an fsync of a second: the file was changed long before anybody looks at it.
    const clock = { ...systemClock, nowMs: () => Date.now() + 1_000 };
    const temporaries = new Temporaries(clock, table, await ownIdentity(table));
    const files = new RecordFiles({
      folder,
      kind: 'inventory',
      formatVersion: 1,
      hash: sha256,
      clock,
      temporaries,
    });
    for (const epoch of [1, 2, 3]) {
      await files.write(key, { ...key, epoch });
      expect(await files.load(key)).toEqual({ ...key, epoch });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
