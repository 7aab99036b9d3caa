import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import { createTestRepository } from '../support/git.ts';
import { runProgram } from '../support/program.ts';

/** The command line in a checkout, with no controller: what it says, how it ends, and what it did. */

describe('the first steps', () => {
  it('init writes a configuration that is valid as it stands, and never over one', async () => {
    const repository = createTestRepository();
    try {
      const cwd = repository.directory;
      repository.write({
        'site/page.yaml':
          'apiVersion: host.fairlead.dev/v1alpha1\nkind: File\nmetadata: { name: page }\nspec: { path: /nonexistent/page, content: x }\n',
      });
      const run = (...args: readonly string[]) =>
        runProgram(['--state-dir', join(cwd, '.git/state'), ...args], { cwd });
      expect((await run('init')).code).toBe(0);
      const written = readFileSync(join(cwd, 'fairlead.yaml'), 'utf8');
      expect(written).toContain('path: site');
      const valid = await run('validate', '--worktree');
      expect([valid.code, valid.stderr]).toEqual([
        0,
        expect.stringContaining('1 application are valid'),
      ]);
      expect((await run('init')).code).toBe(6);
      expect(readFileSync(join(cwd, 'fairlead.yaml'), 'utf8')).toBe(written);
    } finally {
      repository.remove();
    }
  });

  it('outside of a checkout, commands say what they miss', async () => {
    await using bench = createCheckoutBench();
    const ended = await runProgram(['--state-dir', bench.stateDir, 'plan'], { cwd: bench.folder });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('cli.no-checkout');
    const named = await runProgram(
      ['-C', bench.checkout.directory, '--state-dir', bench.stateDir, 'plan'],
      { cwd: bench.folder },
    );
    expect(named.stdout).toContain('+ create  File/page');
  });
});

describe('looking', () => {
  it('render writes what goes to the target, as YAML that can be read', async () => {
    await using bench = createCheckoutBench();
    const { code, stdout } = await bench.run('render');
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({ kind: 'File', spec: { content: 'one\n' } });
  });

  it('plan and diff tell by their codes whether there are changes, where that is asked', async () => {
    await using bench = createCheckoutBench();
    for (const verb of ['plan', 'diff']) {
      expect((await bench.run(verb)).code).toBe(0);
      expect((await bench.run(verb, '--exit-code')).code).toBe(2);
    }
    expect(bench.content()).toBeNull();
    expect((await bench.run('sync')).code).toBe(0);
    for (const verb of ['plan', 'diff']) {
      expect((await bench.run(verb, '--exit-code')).code).toBe(0);
    }
    bench.checkout.commit({ 'site/page.yaml': 'kind: [' });
    expect((await bench.run('plan', '--exit-code')).code).toBe(1);
  });

  it('looking changes nothing, not even the state folder', async () => {
    await using bench = createCheckoutBench();
    for (const verb of ['validate', 'render', 'plan', 'diff', 'get', 'history']) {
      expect((await bench.run(verb)).code).toBe(0);
    }
    expect((await bench.run('sync', '--dry-run')).stdout).toContain('+ create  File/page');
    expect(bench.content()).toBeNull();
    expect(() => readFileSync(bench.stateDir)).toThrow(/ENOENT/);
  });

  it('--worktree takes what is not committed, and only then', async () => {
    await using bench = createCheckoutBench();
    await bench.run('sync');
    bench.checkout.write({ 'site/page.yaml': bench.page('not committed\n') });
    expect((await bench.run('plan', '--exit-code')).code).toBe(0);
    expect((await bench.run('diff', '--worktree')).stdout).toContain('+not committed');
    expect((await bench.run('sync')).code).toBe(0);
    expect(bench.content()).toBe('one\n');
    expect((await bench.run('sync', '--worktree')).code).toBe(0);
    expect(bench.content()).toBe('not committed\n');
  });

  it('everything that is written as JSON is JSON, and YAML is YAML', async () => {
    await using bench = createCheckoutBench();
    await bench.run('sync');
    for (const args of [
      ['validate'],
      ['render'],
      ['plan'],
      ['diff'],
      ['get'],
      ['get', 'sources'],
      ['get', 'environments'],
      ['get', 'targets'],
      ['get', 'releases'],
      ['get', 'holds'],
      ['describe', 'site@dev'],
      ['history'],
      ['sync'],
      ['doctor'],
      ['version'],
    ]) {
      expect(await bench.json(...args)).toMatchObject({ apiVersion: 'cli.fairlead.dev/v1' });
    }
    const { stdout } = await bench.run('get', '-o', 'yaml');
    expect(parse(stdout)).toMatchObject({ items: [{ application: 'site' }] });
  });
});

describe('a slip of the finger', () => {
  it.each([
    [['snyc'], 1, 'Did you mean sync?'],
    [['plan', '--exit-cod'], 1, 'Did you mean --exit-code?'],
    [['plan', 'sit@dev'], 5, 'Did you mean site?'],
    [['plan', 'site@de'], 5, 'dev'],
    [['sync', '-o', 'jsn'], 1, 'json'],
    [['sync', '--timeout', 'soon'], 1, '--timeout'],
    [['approve', 'x'], 1, 'hexadecimal'],
  ] as const)('%j ends with code %i and says %j', async (args, code, words) => {
    await using bench = createCheckoutBench();
    const ended = await bench.run(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain('    at ');
  });

  it('an error is JSON where JSON is asked for', async () => {
    await using bench = createCheckoutBench();
    const { code, stderr } = await bench.run('plan', 'sit@dev', '-o', 'json');
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({
      kind: 'Error',
      item: { code: 'application.not-found', exitCode: 5 },
    });
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('is written for %s', async (shell) => {
    await using bench = createCheckoutBench();
    const { code, stdout } = await bench.run('completion', shell);
    expect(code).toBe(0);
    expect(stdout).toContain('fairlead');
  });

  it('can be read by bash', async () => {
    await using bench = createCheckoutBench();
    const { stdout } = await bench.run('completion', 'bash');
    bench.checkout.write({ '.git/completion.bash': stdout });
    const checked = spawnSync('bash', [
      '-n',
      join(bench.checkout.directory, '.git/completion.bash'),
    ]);
    expect([checked.status, String(checked.stderr)]).toEqual([0, '']);
  });
});
