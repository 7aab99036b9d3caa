import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDemos } from '../support/demo.ts';
import type { Demo, Demos } from '../support/demo.ts';
import { until } from '../support/program.ts';

/** `fairlead demo --kubernetes`: what it says, how it ends, and that neither a process nor a file is left of its cluster. */

let demos: Demos;
const limitMs = 600_000;

beforeEach(async () => {
  demos = await openDemos();
});

afterEach(async () => {
  await demos[Symbol.asyncDispose]();
});

/** The programs of a cluster have its folder as their home. */
async function clusterProcesses(): Promise<number> {
  return (await demos.processes()).filter((one) => one.includes(' HOME=')).length;
}

async function nothingIsLeft(): Promise<void> {
  expect(await demos.files()).toEqual([]);
  expect(await demos.processes()).toEqual([]);
}

test(
  'it plays every step on a cluster of its own and leaves nothing behind',
  async () => {
    const run = demos.start(['--kubernetes', '--no-input']);
    expect([await run.ended, run.text()]).toEqual([0, expect.anything()]);
    const text = run.text();
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^demo: (\d+) of \1 steps passed$/);
    expect(text).toMatch(/the image was put back \d+ ms after it was changed/);
    expect(text).toMatch(/the Service was there again \d+ ms after it was deleted/);
    expect(text).toContain('Plan: 0 to create, 0 to update, 0 to delete, 2 to adopt, 0 unchanged');
    expect(text).toMatch(/└─ ReplicaSet\/shop-\w+ {2}Healthy\n {3}└─ Pod\/shop-\S+ {2}Healthy/);
    expect(text).not.toContain('\u001b');
    // Paths and the differences of deep fields are as long as they are.
    const wide = text
      .split('\n')
      .filter((line) => line.length > 120 && !/KUBECONFIG=|^!/.test(line));
    expect(wide).toEqual([]);
    await nothingIsLeft();
  },
  limitMs,
);

test.each<[string, (run: Demo) => boolean | Promise<boolean>]>([
  ['while the cluster starts', async () => (await clusterProcesses()) > 1],
  ['in the middle of a step', (run) => run.text().includes('prod waits for a person')],
])(
  'Ctrl-C %s ends all that it started',
  async (when, seen) => {
    const run = demos.start(['--kubernetes', '--no-input']);
    await until(
      when,
      () => seen(run),
      () => run.text(),
      300_000,
    );
    run.child.kill('SIGINT');
    expect([await run.ended, run.text()]).toEqual([130, expect.anything()]);
    expect(run.text()).not.toMatch(/steps passed$/);
    await nothingIsLeft();
  },
  limitMs,
);

test(
  'whoever is impatient and interrupts twice leaves nothing behind either',
  async () => {
    const run = demos.start(['--kubernetes', '--no-input', '--fast']);
    await until(
      'it plays',
      () => run.text().includes('ready with'),
      () => run.text(),
      300_000,
    );
    run.child.kill('SIGINT');
    run.child.kill('SIGTERM');
    await run.ended;
    const why = async (): Promise<string> => [...(await demos.processes())].join('\n');
    await until('no files', async () => (await demos.files()).length === 0, why, 60_000);
    await until('no processes', async () => (await demos.processes()).length === 0, why, 60_000);
    expect([await demos.files(), await demos.processes()]).toEqual([[], []]);
  },
  limitMs,
);
