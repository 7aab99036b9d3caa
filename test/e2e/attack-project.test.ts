import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestRepository } from '../support/git.ts';
import type { TestRepository } from '../support/git.ts';
import { createLocalBench, surroundings } from '../support/local-bench.ts';
import type { LocalBench } from '../support/local-bench.ts';
import { until } from '../support/program.ts';

/** The limits of a project hold for what comes from a repository of its own, from the moment they are written. */

let bench: LocalBench;
let theirs: TestRepository;
beforeEach(() => {
  bench = createLocalBench();
  theirs = createTestRepository();
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  theirs.remove();
});

function configuration(project: string, settings = ''): string {
  return `${surroundings(bench.hostDir, settings)}---
apiVersion: fairlead.dev/v1alpha1
kind: Source
metadata: { name: theirs }
spec: { url: ${theirs.directory}, interval: 1s }
---
apiVersion: fairlead.dev/v1alpha1
kind: Project
metadata: { name: team }
spec: ${project}
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: site }
spec: { path: site, source: theirs, project: team, environments: [dev] }
`;
}

test.each([
  ['hostPaths', (out: string) => `{ hostPaths: [${out}/inside] }`, 'target.not-permitted'],
  ['kinds', () => `{ kinds: [Directory] }`, 'project.not-allowed'],
])('tighter %s hold without a commit of the application', async (_, tighter, code) => {
  mkdirSync(join(bench.out, 'inside'));
  bench.checkout.commit({ 'fairlead.yaml': configuration('{}') });
  const commit = theirs.commit({ 'site/file.yaml': bench.file('page', 'one') });
  await bench.start();
  await bench.settled(commit, 'site');
  bench.checkout.commit({ 'fairlead.yaml': configuration(tighter(bench.out)) });
  await bench.application('site', code, ({ error }) => error?.code === code);
  expect(bench.content('page')).toBe('one');
  bench.checkout.commit({ 'fairlead.yaml': configuration('{}') });
  await bench.settled(commit, 'site');
});

test('other settings of a target leave nothing unwatched', async () => {
  bench.checkout.commit({ 'fairlead.yaml': configuration('{}') });
  const commit = theirs.commit({ 'site/file.yaml': bench.file('page', 'one') });
  await bench.start();
  await bench.settled(commit, 'site');
  const second = bench.checkout.commit({
    'fairlead.yaml': configuration('{}', ', secretEnv: [X]'),
  });
  await until('the configuration', async () => (await bench.api.status()).config.commit === second);
  await bench.settled(commit, 'site');
  for (let round = 0; round < 3; round++) {
    writeFileSync(join(bench.out, 'page'), `broken ${round}`);
    await until('healed', () => bench.content('page') === 'one', bench.why);
  }
  // A file that is broken again before its healing was seen to work is a conflict until the next look.
  await bench.settled(commit, 'site');
  expect(bench.content('page')).toBe('one');
});
