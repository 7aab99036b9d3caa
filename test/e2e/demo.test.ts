import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDemos } from '../support/demo.ts';
import type { Demos } from '../support/demo.ts';
import { until } from '../support/program.ts';

/** `fairlead demo`, as it is: what it says, how it ends, and that it leaves nothing behind. */

let demos: Demos;

beforeEach(async () => {
  demos = await openDemos();
});

afterEach(async () => {
  await demos[Symbol.asyncDispose]();
});

test('it plays every step unattended, shows their plans, and leaves nothing behind', async () => {
  const run = demos.start(['--no-input']);
  expect([await run.ended, run.text()]).toEqual([0, expect.anything()]);
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
  expect(await demos.files()).toEqual([]);
  expect(await demos.processes()).toEqual([]);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s in the middle ends all that it started',
  async (signal) => {
    const run = demos.start(['--no-input']);
    await until('the second step', () => run.text().includes('prod waits for a person'));
    run.child.kill(signal);
    expect([await run.ended, run.text()]).toEqual([130, expect.anything()]);
    expect(run.text()).not.toMatch(/steps passed$/);
    expect(await demos.files()).toEqual([]);
    expect(await demos.processes()).toEqual([]);
  },
);

test('whoever is impatient and interrupts twice leaves nothing behind either', async () => {
  const run = demos.start(['--no-input']);
  await until('the second step', () => run.text().includes('prod waits for a person'));
  run.child.kill('SIGINT');
  run.child.kill('SIGTERM');
  await run.ended;
  await until('an empty folder', async () => (await demos.files()).length === 0);
  await until('no processes', async () => (await demos.processes()).length === 0);
  expect(await demos.processes()).toEqual([]);
});

test('what is kept can be looked at with the other commands, and cleaned away', async () => {
  const run = demos.start(['--no-input', '--fast', '--keep']);
  expect([await run.ended, run.text()]).toEqual([0, expect.anything()]);
  const [name = ''] = await demos.files();
  const folder = join(demos.temporary, name);
  expect(run.text()).toContain(`fairlead demo --clean ${folder}`);
  expect((await demos.processes()).length).toBeGreaterThanOrEqual(5);
  const clean = demos.start(['--clean', folder]);
  expect([await clean.ended, clean.text()]).toEqual([0, expect.anything()]);
  expect(await demos.files()).toEqual([]);
  expect(await demos.processes()).toEqual([]);
});

test('without a control plane, and nothing to build one with, it says what is missing', async () => {
  const env = {
    XDG_CACHE_HOME: demos.temporary,
    KUBEBUILDER_ASSETS: '',
    FAIRLEAD_GO: '/nowhere/go',
  };
  const run = demos.start(['--kubernetes', '--no-input'], env);
  expect([await run.ended, run.text()]).toEqual([1, expect.anything()]);
  expect(run.text()).toMatch(/etcd,[^.]* are\s+not\s+on\s+this\s+machine\s+yet/);
  expect(run.text()).toMatch(/could not be built: Go is not there.*\n.*KUBEBUILDER_ASSETS/);
  expect(run.text()).not.toMatch(/steps passed/);
  expect((await demos.files()).filter((name) => name.startsWith('fairlead-demo'))).toEqual([]);
});
