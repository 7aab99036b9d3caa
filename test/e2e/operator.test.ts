import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestRepository } from '../support/git.ts';
import type { TestRepository } from '../support/git.ts';
import { runProgram, startProgram, until } from '../support/program.ts';
import type { Ended, Running } from '../support/program.ts';

/** What somebody meets who runs a controller: that each thing is said once, in order, with the next step. */

let repository: TestRepository;
let up: Running | null = null;

beforeEach(() => {
  repository = createTestRepository();
});
afterEach(async () => {
  up?.kill('SIGTERM');
  await up?.ended;
  up = null;
  repository.remove();
});

const state = (): string => join(repository.directory, '.git/test-state');
const controller = (): readonly string[] => ['--state-dir', join(state(), 'controller')];

function run(...args: readonly string[]): Promise<Ended> {
  return runProgram([...controller(), ...args], { cwd: repository.directory });
}

function start(): Running {
  up = startProgram([...controller(), 'up', '--poll', '1h'], { cwd: repository.directory });
  return up;
}

const document = (kind: string, name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'fairlead.dev/v1alpha1', kind, metadata: { name }, spec });

/** Environments are declared in files by name, so their order is what applications say. */
function commit(content: string, sync = 'auto'): string {
  const environments = ['dev', 'prod', 'qa'].map((name) =>
    document('Environment', name, { targets: [name], sync }),
  );
  const targets = ['dev', 'prod', 'qa'].map((name) =>
    document('Target', name, { host: { stateDir: join(state(), name) } }),
  );
  const site = { path: 'site', environments: ['dev', 'qa', 'prod'], project: 'web' };
  return repository.commit({
    'fairlead.yaml': [
      ...targets,
      ...environments,
      document('Project', 'web', {}),
      document('Project', 'idle', {}),
      document('Application', 'site', { ...site, path: 'site/{environment}' }),
    ].join('\n---\n'),
    ...Object.fromEntries(
      ['dev', 'prod', 'qa'].map((name) => [
        `site/${name}/page.yaml`,
        JSON.stringify({
          apiVersion: 'host.fairlead.dev/v1alpha1',
          kind: 'File',
          metadata: { name: 'page' },
          spec: { path: join(state(), 'live', name), content },
        }),
      ]),
    ),
  });
}

const firstWords = (text: string): readonly string[] =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(' ')[0] ?? '');

test('environments and applications are listed in the order in which a change reaches them, projects too', async () => {
  commit('one');
  expect(await run('sync', '--yes')).toMatchObject({ code: 0 });
  expect(firstWords((await run('get', 'environments')).stdout)).toEqual(['dev', 'qa', 'prod']);
  expect(firstWords((await run('get')).stdout)).toEqual(['site@dev', 'site@qa', 'site@prod']);
  const projects = await run('get', 'projects');
  expect(firstWords(projects.stdout)).toEqual(['web', 'idle']);
  expect(projects.stdout).toMatch(/^web +3 .*dev,qa,prod$/m);
});

test('get --server without a controller tells a checkout what to do without one', async () => {
  commit('one');
  const { code, stderr } = await run('get', '--server');
  expect(code).not.toBe(0);
  expect(stderr).toContain('leave --server out');
});

test('a plan that waits is told once', async () => {
  commit('one', 'manual');
  const running = start();
  await until(
    'the plans',
    () => running.text().match(/sync is manual here/g)?.length === 3,
    () => running.text(),
  );
  expect((await run('wait', '--for', 'waiting', '--timeout', '30s')).code).toBe(0);
  expect(running.text().match(/sync is manual here/g)).toHaveLength(3);
});

test('waiting for a controller that only watches says how to let it act', async () => {
  commit('one');
  start();
  await until('the first release', async () => (await run('wait')).code === 0);
  up?.kill('SIGTERM');
  await up?.ended;
  rmSync(join(state(), 'controller'), { recursive: true });
  commit('two');
  start();
  await until('the controller', async () => (await run('get', '--server')).code === 0);
  const waited = await run('wait', '--timeout', '3s');
  expect(waited.code).toBe(124);
  expect(waited.stderr).toContain('the controller only watches');
  expect(waited.stderr).toMatch(/read-only .*fairlead resume --all/);
  expect((await run('resume', '--all')).code).toBe(0);
  expect(await run('wait', '--timeout', '60s')).toMatchObject({ code: 0 });
});
