import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Files, TestRepository } from '../support/git.ts';
import { createTestRepository } from '../support/git.ts';
import { runProgram, startProgram, until } from '../support/program.ts';
import type { Ended } from '../support/program.ts';

/** What a person meets who works in a checkout: that what was not committed or is wrong is never called fine. */

let repository: TestRepository;
beforeEach(() => {
  repository = createTestRepository();
});
afterEach(() => repository.remove());

const state = (): string => join(repository.directory, '.git/test-state');
const page = (): string => join(state(), 'live/page');

function run(...args: readonly string[]): Promise<Ended> {
  return runProgram(['--state-dir', join(state(), 'controller'), ...args], {
    cwd: repository.directory,
  });
}

/** A page, and the folder for the records at the target out of the way of everybody else. */
function files(content = 'hello', application = 'environments: [dev]'): Files {
  return {
    'fairlead.yaml': `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: { name: here }
spec: { host: { stateDir: ${join(state(), 'host')} } }
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: { name: dev }
spec: { targets: [here], sync: auto }
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: site }
spec: { path: site, ${application} }
`,
    'site/page.yaml': `apiVersion: host.fairlead.dev/v1alpha1
kind: File
metadata: { name: page }
spec: { path: ${page()}, content: ${content} }
`,
  };
}

const written = (): string => readFileSync(join(repository.directory, 'fairlead.yaml'), 'utf8');

const fromCheckout = ['validate', 'plan', 'diff', 'render', 'sync'] as const;

describe.each(fromCheckout)('fairlead %s', (verb) => {
  test('says that nothing is committed yet', async () => {
    repository.write(files());
    const { code, stdout, stderr } = await run(verb);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('has no commit yet');
    expect(stderr).toContain('--worktree');
  });

  test('says that the configuration is not committed yet', async () => {
    repository.commit({ 'readme.md': 'Hello' });
    repository.write(files());
    const { code, stdout, stderr } = await run(verb);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('not committed');
    expect(stderr).toContain('--worktree');
  });

  test('ends with 1 where the configuration has errors', async () => {
    repository.commit(files('hello', 'environment: [dev]'));
    const { code, stdout, stderr } = await run(verb);
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain('environment');
    expect(`${stdout}${stderr}`).not.toContain('as Git says');
  });
});

test('a configuration outside of any Git repository is told what is missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-no-git-'));
  try {
    writeFileSync(join(folder, 'fairlead.yaml'), 'kind: Target\n');
    const { code, stderr } = await runProgram(['--state-dir', join(folder, 'state'), 'plan'], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('is in no Git repository');
    expect(stderr).toContain('git init');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const host = 'apiVersion: host.fairlead.dev/v1alpha1';
const other = 'metadata: { name: other }';

describe('fairlead validate names what its target would refuse, and where:', () => {
  test.each([
    ['an unknown kind', `${host}\nkind: Fil\n${other}`, '3:7', 'did you mean File'],
    ['an unknown field', `${host}\nkind: File\n${other}\nspec: { paht: /x }`, '5:9', '"paht"'],
    [
      'a mode that is a number',
      `${host}\nkind: File\n${other}\nspec: { path: /x, content: '', mode: 644 }`,
      '5:38',
      'octal',
    ],
    [
      'a path that leads up',
      `${host}\nkind: File\n${other}\nspec: { path: /x/../y, content: '' }`,
      '5:15',
      '".."',
    ],
  ])('%s', async (_, manifest, place, expected) => {
    repository.commit({ ...files(), 'site/other.yaml': `# first line\n${manifest}\n` });
    const { code, stdout } = await run('validate');
    expect(code).toBe(1);
    expect(stdout).toContain(`site/other.yaml:${place}: error: `);
    expect(stdout).toContain(expected);
    expect(existsSync(page())).toBe(false);
  });

  test('two resources that want one place', async () => {
    repository.write(files());
    const twin = readFileSync(join(repository.directory, 'site/page.yaml'), 'utf8').replace(
      'name: page',
      'name: twin',
    );
    repository.commit({ ...files(), 'site/twin.yaml': twin });
    const { code, stdout } = await run('validate');
    expect(code).toBe(1);
    expect(stdout).toContain('site/page.yaml:1');
    expect(stdout).toContain('File/twin');
  });

  test('what a kustomization or a chart refers to and does not get', async () => {
    const about = 'resources: ["https://example.org/a/b//c?ref=v1"]\n';
    repository.commit({ ...files(), 'site/page.yaml': null, 'site/kustomization.yaml': about });
    const remote = await run('validate');
    expect(remote.stdout).toMatch(/^site:1:1: error: site refers to https:\S+ \[/);
    const chart = `apiVersion: v2\nname: site\nversion: 1.0.0\ndependencies: [{ name: cache, version: '1' }]\n`;
    repository.commit({ 'site/kustomization.yaml': null, 'site/Chart.yaml': chart });
    const dependent = await run('validate');
    expect(dependent.stdout).toMatch(/^site:1:1: error: chart site depends on cache, /);
  });

  test('a mistake once, however many environments it is deployed to, with their names', async () => {
    const prod = `---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: { name: prod }
spec: { targets: [here], sync: manual }
`;
    const both = files('hello', 'environments: [dev, prod]');
    repository.commit({
      ...both,
      'fairlead.yaml': `${both['fairlead.yaml'] as string}${prod}`,
      'site/other.yaml': `${host}\nkind: Fil\n${other}\nspec: {}\n`,
    });
    const { code, stdout, stderr } = await run('validate');
    expect(code).toBe(1);
    expect(stdout.match(/site\/other\.yaml:2:7: error: /g)).toHaveLength(1);
    expect(stdout).toContain('site@dev, site@prod');
    expect(stderr).toContain('1 problem;');
  });

  test('nothing where all is well; a folder without manifests is worth a word', async () => {
    repository.commit(files());
    expect(await run('validate')).toMatchObject({ code: 0 });
    repository.commit({ 'site/page.yaml': null, 'site/readme.md': 'nothing yet' });
    const { code, stderr } = await run('validate');
    expect(code).toBe(0);
    expect(stderr).toContain('renders to nothing');
  });
});

test('fairlead validate: an application that owns something and lost its manifests is wrong, one that was removed is not', async () => {
  repository.commit(files());
  expect(await run('sync', '--yes')).toMatchObject({ code: 0 });
  repository.commit({ 'site/page.yaml': null, 'site/readme.md': 'nothing left' });
  const empty = await run('validate');
  expect(empty.code).toBe(1);
  expect(empty.stdout).toContain('yet owns one resource');
  const [targetAndEnvironment = ''] = written().split(
    /---\n(?=apiVersion[^\n]*\nkind: Application)/,
  );
  repository.commit({ 'fairlead.yaml': targetAndEnvironment });
  expect(await run('validate')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('0 applications are valid'),
  });
  const doctor = await run('doctor');
  expect(doctor.stdout).not.toContain('nothing to render');
});

test('what is only a warning fails neither `validate` nor `up --once` nor `doctor`', async () => {
  repository.write(files());
  const twice = `${written()}---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: { name: qa }
spec: { targets: [here], sync: auto }
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: shop }
spec: { path: shop, environments: [dev, qa], dependsOn: [site] }
`;
  repository.commit({ ...files(), 'fairlead.yaml': twice, 'shop/.keep': '' });
  const told = 'does not run in qa';
  const validate = await run('validate');
  expect(`${validate.stdout}${validate.stderr}`).toContain(told);
  expect(validate.code).toBe(0);
  const once = await run('up', '--once');
  expect(once.stderr).toContain(told);
  expect(once.code).toBe(0);
  const doctor = await run('doctor');
  expect(doctor.stdout).toContain(told);
  expect(doctor.code).toBe(0);
});

test('a commit that nobody knows is told at once, and not waited for', async () => {
  repository.commit(files());
  for (const name of ['nope', 'HEAD~9']) {
    const { code, stderr } = await run('wait', '--revision', name);
    expect([code, stderr]).toEqual([5, expect.stringContaining(`"${name}" is no commit`)]);
  }
});

test('fairlead events knows a name that never was from an application to which nothing happened', async () => {
  repository.commit(files());
  expect(await run('events', 'site')).toMatchObject({ code: 0 });
  expect(await run('events', 'sitte')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('there is no application sitte'),
  });
});

test('a problem of a whole folder is shown without lines', async () => {
  repository.commit({
    ...files(),
    'site/kustomization.yaml': 'resources: ["https://example.org/base"]\n',
  });
  const { code, stdout } = await run('validate');
  expect(code).toBe(1);
  expect(stdout).toContain('render.remote-refused');
  expect(stdout).not.toContain('tree HEAD');
});

test('a hold that would be over at once is refused', async () => {
  repository.commit(files());
  expect(await run('hold', 'site', '--reason', 'disk', '--for', '0s')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('before it began'),
  });
});

test('a hold is told with the time that was asked for', async () => {
  repository.commit(files());
  await run('sync', '--yes');
  const held = await run('hold', 'site', '--reason', 'disk', '--for', '90s');
  expect(held.stdout).toContain('is on hold for 1m30s: disk');
});

test('what --worktree plans and syncs is said to be that, in plans, history and descriptions', async () => {
  const commit = repository.commit(files()).slice(0, 8);
  repository.write(files('changed'));
  const plan = await run('plan', '--worktree');
  expect(plan.stdout).toContain(`worktree, on top of ${commit}`);
  expect(plan.stdout).toContain(`new in the worktree, on top of ${commit}`);

  const sync = await run('sync', '--worktree', '--yes');
  expect(sync.code).toBe(0);
  expect(sync.stdout).toContain(`worktree on ${commit}`);
  expect(sync.stdout).toContain('1 created');
  expect((await run('history')).stdout).toContain(`worktree on ${commit}`);
  const described = await run('describe', 'site@dev');
  expect(described.stdout).toContain(`worktree, on top of ${commit}`);
});

test('fairlead wait --revision has the controller look at once, and says what it waited for', async () => {
  repository.commit(files());
  const up = startProgram(['--state-dir', join(state(), 'controller'), 'up', '--poll', '1h'], {
    cwd: repository.directory,
  });
  try {
    await until(
      'a controller',
      async () => (await run('wait')).code === 0,
      () => up.text(),
    );
    const commit = repository.commit(files('changed'));
    expect(await run('wait', '--revision', commit, '--timeout', '30s')).toMatchObject({ code: 0 });
    expect(await run('wait', '--revision', 'HEAD', '--timeout', '30s')).toMatchObject({ code: 0 });
    const late = await run('wait', '--revision', '0'.repeat(40), '--timeout', '1s');
    expect(late.code).toBe(124);
    expect(late.stderr).toContain('BLOCKED BY');
    expect(late.stderr).toContain('site@dev');
    expect(late.stderr).toContain('00000000');

    const bad = repository.commit({ 'site/page.yaml': 'no manifest' });
    const failed = await run('wait', '--revision', bad, '--timeout', '60s');
    expect(failed.code).toBe(3);
    expect(failed.stderr).toContain('site/page.yaml');

    const typo = repository.commit(files('again', 'environments: [dev], prnue: false'));
    const rejected = await run('wait', '--revision', typo, '--timeout', '60s');
    expect(rejected.code).toBe(3);
    expect(rejected.stderr).toContain('spec has no field "prnue"');
    // What runs is another matter.
    expect((await run('wait', '--for', 'healthy', '--timeout', '60s')).code).toBe(0);
  } finally {
    up.kill('SIGTERM');
    await up.ended;
  }
});

test('fairlead wait is not done where the configuration has errors and no application is known', async () => {
  repository.commit(files('hello', 'environments: [dev'));
  const up = startProgram(['--state-dir', join(state(), 'controller'), 'up'], {
    cwd: repository.directory,
  });
  try {
    await until(
      'the mistake',
      () => up.text().includes('✗'),
      () => up.text(),
    );
    const { code, stderr } = await run('wait', '--timeout', '30s');
    expect(code).toBe(3);
    expect(stderr).toContain('fairlead.yaml:');
    expect(stderr).toContain('BLOCKED BY');
  } finally {
    up.kill('SIGTERM');
    await up.ended;
  }
});

test('a commit in the checkout that `fairlead up` follows is live before anybody asks for it', async () => {
  repository.commit(files());
  const up = startProgram(['--state-dir', join(state(), 'controller'), 'up'], {
    cwd: repository.directory,
  });
  const live = (content: string): Promise<void> =>
    until(
      content,
      () => existsSync(page()) && readFileSync(page(), 'utf8') === content,
      () => up.text(),
    );
  try {
    await live('hello');
    repository.commit(files('changed'));
    await live('changed');
    expect(up.text()).toContain('repository is at');
  } finally {
    up.kill('SIGTERM');
    await up.ended;
  }
});
