import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../system/clock.ts';
import { openGit } from './git.ts';
import type { Git } from './git.ts';
import { createObjectReader } from './object-reader.ts';

let folder: string;
let blob: string;
/** The real Git, and the processes that were started with it. */
let git: Git;
let started: ReturnType<Git['start']>[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-objects-'));
  const run = (input: string, ...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', input }).trim();
  run('', 'init', '-q', '--bare');
  blob = run('hello', 'hash-object', '-w', '--stdin');
  const real = await openGit({ environment: process.env, clock: systemClock });
  started = [];
  git = {
    ...real,
    start: (call) => {
      const child = real.start(call);
      started.push(child);
      return child;
    },
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function ended(child: ReturnType<Git['start']> | undefined): Promise<number | null> {
  while (child?.exitCode === null && child.signalCode === null) await systemClock.sleep(5);
  return child?.exitCode ?? null;
}

test('a process stays while something is read, ends by itself after that, and another takes its place', async () => {
  const reader = createObjectReader(
    git,
    { repository: folder },
    { clock: systemClock, idleMs: 30 },
  );
  const text = async (): Promise<string | undefined> =>
    (await reader.content(blob))?.bytes.toString();
  expect(await Promise.all([text(), text(), text()])).toEqual(['hello', 'hello', 'hello']);
  expect(started).toHaveLength(1);
  expect(await ended(started[0])).toBe(0);
  expect(await text()).toBe('hello');
  expect(started).toHaveLength(2);
  await reader.close();
  await ended(started[1]);
});

test('to close ends the process at once, and the wait for its rest', async () => {
  const reader = createObjectReader(git, { repository: folder }, { clock: systemClock });
  expect(await reader.info(blob)).toMatchObject({ oid: blob, kind: 'blob' });
  await reader.close();
  await ended(started[0]);
  expect(process.getActiveResourcesInfo()).not.toContain('ChildProcess');
});
