import { randomInt } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Files } from '../support/git.ts';
import { inventoriesOf } from '../support/inventories.ts';
import { application, createLocalBench, surroundings } from '../support/local-bench.ts';
import type { LocalBench } from '../support/local-bench.ts';
import { until } from '../support/program.ts';

/**
 * The controller is ended at any moment of its work, again and again. Whatever it was doing: once it may work, all is
 * as the commit says, each process runs once, nothing of its own lies about, and nothing of others is touched.
 */

const rounds = Number(process.env['ATTACK_ROUNDS'] ?? 3);
const fileCount = 40;
const processes = ['always', 'witnessed', 'moody'];

let bench: LocalBench;
beforeEach(() => {
  bench = createLocalBench();
});
afterEach(async () => {
  await bench.stop('SIGKILL');
  // What it deployed outlives it, so it is told to go.
  for (const pid of processesOf(bench.folder)) process.kill(pid, 'SIGKILL');
  await bench[Symbol.asyncDispose]();
});

/** Processes that carry the folder of this test in their environment, and no witness among them. */
function processesOf(folder: string, name?: string): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const variables = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (!variables.includes(`ATTACK=${folder}`) || command[0] === '/bin/sh') return [];
      return name === undefined || variables.includes(`WHO=${name}`) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

function roundOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .find((line) => line.startsWith('ROUND='))
    ?.slice('ROUND='.length);
}

/** Which files a round has: most of them, each time others. */
function namesOf(round: number): string[] {
  const names: string[] = [];
  for (let at = 0; at < fileCount; at++) {
    if ((at + round) % 5 !== 0) names.push(`d${at % 4}/f${at}`);
  }
  return names;
}

function manifests(round: number): Files {
  const files = namesOf(round)
    .map((name) => bench.file(name, `${name} of round ${round}\n`))
    .join('');
  const programs = processes
    .map(
      (name) => `apiVersion: host.fairlead.dev/v1alpha1
kind: Process
metadata: { name: ${name} }
spec:
  argv: [sleep, "100000"]
  env: { ATTACK: ${bench.folder}, WHO: ${name}, ROUND: "${round}" }
  restart: ${name === 'witnessed' ? 'on-failure' : 'always'}
  stop: { grace: 1s }
---
`,
    )
    .join('');
  return { 'shop/files.yaml': files, 'shop/programs.yaml': programs };
}

/** Of ours. Locks of a dead owner are taken over by who needs them next. */
function temporaryFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(tmp|rotating)$/.test(name) && !name.startsWith('locks/'),
  );
}

async function asTheCommitSays(round: number): Promise<void> {
  const wanted = namesOf(round);
  for (const name of wanted) expect(bench.content(name)).toBe(`${name} of round ${round}\n`);
  const there = readdirSync(bench.out, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\/f\d+$/.test(name))
    .toSorted();
  expect(there).toEqual(wanted.toSorted());
  for (const name of processes) {
    const pids = processesOf(bench.folder, name);
    expect(pids, `${name} in round ${round}`).toHaveLength(1);
    expect(roundOf(pids[0]!)).toBe(String(round));
  }
  expect(bench.content('theirs')).toBe('not ours');
  expect(bench.content('d1/theirs')).toBe('not ours');
  const [inventory] = inventoriesOf(bench.hostDir);
  const owned = inventory!.entries.map(({ id }) => `${id.kind}/${id.name}`).toSorted();
  expect(owned).toEqual(
    [
      ...wanted.map((name) => `File/${name.replaceAll('/', '-')}`),
      ...processes.map((name) => `Process/${name}`),
    ].toSorted(),
  );
  expect(inventory!.entries.filter(({ uid }) => uid === null)).toEqual([]);
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  '%s at any moment of a deployment, many times over',
  { timeout: 600_000 },
  async (signal) => {
    const configuration = surroundings(bench.hostDir) + application('shop');
    let commit = bench.checkout.commit({ 'fairlead.yaml': configuration, ...manifests(0) });
    await bench.start();
    await bench.settled(commit, 'shop');
    writeFileSync(join(bench.out, 'theirs'), 'not ours');
    writeFileSync(join(bench.out, 'd1/theirs'), 'not ours');
    for (let round = 1; round <= rounds; round++) {
      commit = bench.checkout.commit(manifests(round));
      const kills = randomInt(1, 4);
      for (let kill = 0; kill < kills; kill++) {
        // From before the fetch to after the end.
        await new Promise((resolve) => setTimeout(resolve, randomInt(0, 900)));
        // A signal before it listens to signals ends it, too.
        expect([0, 'SIGTERM', 'SIGKILL']).toContain(await bench.stop(signal));
        bench.spawn();
      }
      await until(
        'an answer',
        () =>
          bench.api.status().then(
            () => true,
            () => false,
          ),
        bench.why,
      );
      await bench.settled(commit, 'shop');
      await asTheCommitSays(round);
    }
    await bench.stop('SIGTERM');
    for (const folder of [bench.out, bench.hostDir, bench.stateDir]) {
      expect(temporaryFiles(folder)).toEqual([]);
    }
  },
);
