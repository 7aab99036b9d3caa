import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBench, manifestOf, refusal } from './bench.testing.ts';
import type { Bench } from './bench.testing.ts';

/** Whoever writes to the state folder of a host decides what is deleted there. */

const isRoot = process.getuid?.() === 0;
const stranger = 65_534;

let bench: Bench;
let stateDir: string;
beforeEach(async () => {
  bench = await createBench();
  stateDir = bench.path('../state');
  await bench.release(manifestOf('File', 'f', { path: bench.path('f'), content: 'x' }));
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('a state folder of the host', () => {
  test('is made for its user alone', () => {
    expect(statSync(stateDir).mode & 0o077).toBe(0);
    expect(statSync(`${stateDir}/inventories`).mode & 0o022).toBe(0);
  });

  test.each(['', '/inventories', '/processes'])(
    'is refused where everybody can write %s',
    async (at) => {
      mkdirSync(`${stateDir}${at}`, { recursive: true });
      chmodSync(`${stateDir}${at}`, 0o1777);
      const error = await refusal(bench.open());
      expect(error.code).toBe('host.state-unusable');
      expect(error.message).toContain(`${stateDir}${at} can be written by everybody`);
      chmodSync(`${stateDir}${at}`, 0o700);
      await bench.open();
    },
  );

  test.runIf(isRoot)(
    "is refused where it is somebody else's, or their symlink leads to it",
    async () => {
      chownSync(stateDir, stranger, stranger);
      expect((await refusal(bench.open())).message).toContain(`belongs to user ${stranger}`);
      chownSync(stateDir, 0, 0);
      mkdirSync(bench.path('real'));
      rmSync(stateDir, { recursive: true });
      symlinkSync(bench.path('real'), stateDir);
      await bench.open();
      lchownSync(stateDir, stranger, stranger);
      expect((await refusal(bench.open())).message).toContain(`is a symlink of user ${stranger}`);
    },
  );
});
