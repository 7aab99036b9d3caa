import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { storeContract } from './store.ts';

let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-store-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

storeContract('A SQLite file', () => {
  count += 1;
  return openSqliteStore({ file: join(folder, `${count}.db`) });
});

storeContract('SQLite in memory', () => openSqliteStore({ file: ':memory:' }));
