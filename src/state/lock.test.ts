import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockState } from './lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-lock-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Another process that holds the lock until it is killed. */
async function holder(path: string) {
  const module = new URL('./lock.ts', import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { lockState } = await import(${JSON.stringify(module)});
       lockState(${JSON.stringify(path)});
       console.log('held');
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the holder ended')));
  });
  return {
    pid: child.pid,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test('one process has it at a time, and who it is can be told', async () => {
  const path = join(folder, 'lock.db');
  const other = await holder(path);
  try {
    expect(() => lockState(path)).toThrow(
      expect.objectContaining({
        code: 'state.locked',
        message: `process ${other.pid} works on this state folder`,
      }),
    );
  } finally {
    await other.kill();
  }
});

test('kill -9 gives it free', async () => {
  const path = join(folder, 'lock.db');
  const other = await holder(path);
  await other.kill();
  expect(() => lockState(path).release()).not.toThrow();
});

test('what was released can be had again, also twice in one process', () => {
  const path = join(folder, 'lock.db');
  const first = lockState(path);
  expect(() => lockState(path)).toThrow(expect.objectContaining({ code: 'state.locked' }));
  first.release();
  lockState(path).release();
});
