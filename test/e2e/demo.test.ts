import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProcessTable } from '../../src/system/processes.ts';

/** `fairlead demo`, as it is: what it says, how it ends, and that it leaves nothing behind. */

const program = join(import.meta.dirname, '../../bin/fairlead');

let temporary: string;
const started: ChildProcessWithoutNullStreams[] = [];

beforeEach(async () => {
  temporary = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-demo-test-')));
});

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await rm(temporary, { recursive: true, force: true });
});

interface Demo {
  readonly child: ChildProcessWithoutNullStreams;
  readonly text: () => string;
  /** Exit code or signal, once it has ended. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts it with a temporary folder of its own, so that what it leaves can be seen. */
function demo(...args: readonly string[]): Demo {
  const child = spawn(process.execPath, [program, 'demo', ...args], {
    env: { ...process.env, TMPDIR: temporary, FAIRLEAD_ACTOR: 'ada', FORCE_COLOR: '' },
  });
  started.push(child);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  return { child, text: () => text, ended };
}

/** Processes whose temporary folder is ours: all that a demo of this test started, and nothing else. */
async function left(): Promise<readonly number[]> {
  const table = await openProcessTable();
  const pids: number[] = [];
  for (const { pid, zombie } of await table.list()) {
    if (zombie || pid === process.pid) continue;
    if ((await table.environment(pid, 'TMPDIR')) === temporary) pids.push(pid);
    else if ((await table.environment(pid, 'PAGE'))?.startsWith(temporary) === true) pids.push(pid);
    else if ((await table.environment(pid, 'CONFIG'))?.startsWith(temporary) === true)
      pids.push(pid);
  }
  return pids;
}

async function until(seen: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await seen())) {
    if (Date.now() > deadline) throw new Error(`not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

test('it plays every step unattended, shows their plans, and leaves nothing behind', async () => {
  const began = Date.now();
  const run = demo('--no-input');
  expect([await run.ended, run.text()]).toEqual([0, expect.anything()]);
  expect(Date.now() - began).toBeLessThan(30_000);
  expect(run.text().trimEnd().split('\n').at(-1)).toMatch(/^demo: (\d+) of \1 steps passed$/);
  expect(run.text()).toContain('Plan: 5 to create');
  expect(run.text()).toMatch(/a new api answered in \d+ ms/);
  expect(
    Math.max(
      ...run
        .text()
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(120);
  // No colours, nothing that moves: nobody is at a terminal.
  expect(run.text()).not.toContain('\u001b');
  expect(run.text()).not.toContain('\r');
  expect(await readdir(temporary)).toEqual([]);
  expect(await left()).toEqual([]);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s in the middle ends all that it started',
  async (signal) => {
    const run = demo('--no-input');
    await until(() => run.text().includes('prod waits for a person'), 'the second step');
    run.child.kill(signal);
    expect([await run.ended, run.text()]).toEqual([130, expect.anything()]);
    expect(run.text()).not.toMatch(/steps passed$/);
    expect(await readdir(temporary)).toEqual([]);
    expect(await left()).toEqual([]);
  },
);

test('whoever is impatient and interrupts twice leaves nothing behind either', async () => {
  const run = demo('--no-input');
  await until(() => run.text().includes('prod waits for a person'), 'the second step');
  run.child.kill('SIGINT');
  run.child.kill('SIGTERM');
  await run.ended;
  await until(async () => (await readdir(temporary)).length === 0, 'an empty folder');
  await until(async () => (await left()).length === 0, 'no processes');
  expect(await left()).toEqual([]);
});

test('what is kept can be looked at with the other commands, and cleaned away', async () => {
  const run = demo('--no-input', '--fast', '--keep');
  expect([await run.ended, run.text()]).toEqual([0, expect.anything()]);
  const [name = ''] = await readdir(temporary);
  const folder = join(temporary, name);
  expect(run.text()).toContain(`fairlead demo --clean ${folder}`);
  expect((await left()).length).toBeGreaterThanOrEqual(5);
  const clean = demo('--clean', folder);
  expect([await clean.ended, clean.text()]).toEqual([0, expect.anything()]);
  expect(await readdir(temporary)).toEqual([]);
  expect(await left()).toEqual([]);
});
