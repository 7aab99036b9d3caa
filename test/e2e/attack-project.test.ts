import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestRepository } from '../support/git.ts';
import type { TestRepository } from '../support/git.ts';
import { createLocalBench, surroundings } from '../support/local-bench.ts';
import type { LocalBench } from '../support/local-bench.ts';

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

function configuration(project: string): string {
  return `${surroundings(bench.hostDir)}---
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
