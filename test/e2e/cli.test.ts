import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, describe, expect, it } from 'vitest';
import { createCheckoutBench, type CheckoutBench } from '../support/checkout-bench.ts';
import { createTestRepository } from '../support/git.ts';
import { runProgram } from '../support/program.ts';

/** The command line in a checkout, with no controller: what it says, how it ends, and what it did. */

const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

function open(...args: Parameters<typeof createCheckoutBench>): CheckoutBench {
  const bench = createCheckoutBench(...args);
  opened.push(bench);
  return bench;
}

/** The digits of the plan that waits, as a person would copy them. */
async function digestOf(bench: CheckoutBench): Promise<string> {
  const { items } = (await bench.json('plan')) as { items: readonly { digest: string }[] };
  return items[0]!.digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

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
    const bench = open();
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
    const bench = open();
    const { code, stdout } = await bench.run('render');
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({ kind: 'File', spec: { content: 'one\n' } });
  });

  it('plan and diff tell by their codes whether there are changes, where that is asked', async () => {
    const bench = open();
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
    const bench = open();
    for (const verb of ['validate', 'render', 'plan', 'diff', 'get', 'history']) {
      expect((await bench.run(verb)).code).toBe(0);
    }
    expect((await bench.run('sync', '--dry-run')).stdout).toContain('+ create  File/page');
    expect(bench.content()).toBeNull();
    expect(() => readFileSync(bench.stateDir)).toThrow(/ENOENT/);
  });

  it('--worktree takes what is not committed, and only then', async () => {
    const bench = open();
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
    const bench = open();
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

describe('a plan that needs a person', () => {
  it('is refused with code 7 where nobody can be asked, and names the order', async () => {
    const bench = open('approve');
    const digest = await digestOf(bench);
    const ended = await bench.run('sync', '--no-input');
    expect(ended.code).toBe(7);
    expect(ended.stdout + ended.stderr).toContain(`fairlead approve ${digest}`);
    expect(bench.content()).toBeNull();
  });

  it('is carried out with --yes', async () => {
    const bench = open('approve');
    expect((await bench.run('sync', '--yes', '--reason', 'first')).code).toBe(0);
    expect(bench.content()).toBe('one\n');
    expect(await bench.json('history')).toMatchObject({
      items: [{ actor: 'ada', reason: 'first', outcome: 'succeeded' }],
    });
  });

  it('is carried out by `approve` of its digest, and by no other', async () => {
    const bench = open('approve');
    const digest = await digestOf(bench);
    expect((await bench.run('approve', '0123456789ab')).code).toBe(5);
    expect((await bench.run('approve', digest.slice(0, 6))).code).toBe(1);
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    // What was seen is not what would happen now.
    expect((await bench.run('approve', digest)).code).toBe(5);
    expect(bench.content()).toBeNull();
    const approved = await bench.run('approve', await digestOf(bench));
    expect(approved).toMatchObject({ code: 0, stdout: 'site@dev: succeeded\n' });
    expect(bench.content()).toBe('two\n');
  });

  it('deletes that are many wait, and a folder that is gone deletes nothing', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'];
    const bench = open('auto', (self) =>
      Object.fromEntries(many.map((name) => [`site/${name}.yaml`, self.page(name, name)])),
    );
    expect((await bench.run('sync')).code).toBe(0);
    bench.checkout.commit(Object.fromEntries(many.map((name) => [`site/${name}.yaml`, null])));
    const waiting = await bench.run('sync', '--no-input');
    expect(waiting.code).toBe(7);
    for (const name of many) expect(bench.content(name)).toBe(name);
    expect((await bench.run('approve', await digestOf(bench))).code).toBe(0);
    for (const name of many) expect(bench.content(name)).toBeNull();
    bench.checkout.commit({ site: null });
    const gone = await bench.run('sync', '--yes');
    expect(gone.code).toBe(1);
    expect(gone.stdout).toContain('there is no folder site');
    expect(bench.content()).toBe('one\n');
  });
});

describe('hold and resume, with no controller', () => {
  it('keep an application where it is, with the reason, until told otherwise', async () => {
    const bench = open();
    await bench.run('sync');
    const held = await bench.run('hold', 'site@dev', '--reason', 'incident 12', '--for', '2h');
    expect(held).toMatchObject({ code: 0 });
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    const refused = await bench.run('sync', '--yes');
    expect(refused.code).toBe(7);
    expect(refused.stdout).toContain('incident 12');
    expect(bench.content()).toBe('one\n');
    expect((await bench.run('get', 'holds')).stdout).toMatch(/site@dev .*in [12]h/);
    // The hold is at the target: another state folder knows it too.
    const other = join(bench.folder, 'other');
    expect((await bench.runOn(other, 'get', 'holds')).stdout).toContain('incident 12');
    expect((await bench.run('resume', 'site@dev')).code).toBe(0);
    expect((await bench.run('sync')).code).toBe(0);
    expect(bench.content()).toBe('two\n');
  });
});

describe('rollback', () => {
  /** Two releases, the second of which is live. */
  async function released(): Promise<{ bench: CheckoutBench; first: string; second: string }> {
    const bench = open();
    const first = bench.checkout.git('rev-parse', 'HEAD');
    await bench.run('sync');
    const second = bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    await bench.run('sync');
    expect(bench.content()).toBe('two\n');
    return { bench, first, second };
  }

  it('goes to the release before, stays there, and is shown until it is undone', async () => {
    const { bench, first } = await released();
    expect((await bench.run('rollback', 'site@dev')).code).toBe(7);
    expect(bench.content()).toBe('two\n');
    const back = await bench.run('rollback', 'site@dev', '--yes', '--reason', 'it hurts');
    expect(back.code).toBe(0);
    expect(bench.content()).toBe('one\n');
    bench.checkout.commit({ 'site/page.yaml': bench.page('three\n') });
    await bench.run('sync', '--yes');
    expect(bench.content()).toBe('one\n');
    expect((await bench.run('get')).stdout).toContain(`held at ${first.slice(0, 8)} by ada`);
    expect(await bench.json('history')).toMatchObject({
      items: [{ trigger: 'rollback', reason: 'it hurts' }, {}, {}],
    });
    expect((await bench.run('resume', 'site@dev')).code).toBe(0);
    expect((await bench.run('sync')).code).toBe(0);
    expect(bench.content()).toBe('three\n');
  });

  it('goes to a commit, a tag and a release', async () => {
    const { bench, first, second } = await released();
    bench.checkout.git('tag', 'good', second);
    const history = (await bench.json('history')) as { items: readonly { id: string }[] };
    for (const [to, content] of [
      [first.slice(0, 10), 'one\n'],
      ['good', 'two\n'],
      [history.items[1]!.id, 'one\n'],
    ] as const) {
      expect(await bench.run('rollback', 'site', '--to', to, '--yes')).toMatchObject({ code: 0 });
      expect(bench.content()).toBe(content);
    }
    const nowhere = await bench.run('rollback', 'site', '--to', 'nowhere', '--yes');
    expect(nowhere.code).not.toBe(0);
    expect(bench.content()).toBe('one\n');
  });

  it('--commit writes the way back to Git: a commit of the folder as it was', async () => {
    const { bench, first } = await released();
    const { checkout } = bench;
    checkout.commit({ 'other/file.txt': 'stays', 'site/more.yaml': bench.page('more', 'more') });
    await bench.run('sync');
    checkout.write({ 'other/open.txt': 'not mine' });
    const order = ['--to', first, '--yes', '--commit', '--reason', 'it hurts'];
    const back = await bench.run('rollback', 'site@dev', ...order);
    expect(back).toMatchObject({ code: 0 });
    expect(checkout.git('log', '-1', '--format=%an: %B')).toBe(
      `Ada: Roll back site@dev to ${first.slice(0, 8)}\n\nit hurts`,
    );
    expect(checkout.git('show', '--name-status', '--format=', 'HEAD').split('\n')).toEqual([
      'D\tsite/more.yaml',
      'M\tsite/page.yaml',
    ]);
    expect(checkout.git('diff', first, 'HEAD', '--', 'site')).toBe('');
    // What else lies in the checkout is nobody's business.
    expect(checkout.git('status', '--porcelain')).toBe('?? other/open.txt');
    await bench.run('resume', 'site@dev');
    expect((await bench.run('plan', '--exit-code')).code).toBe(0);
  });

  it('goes back in what the configuration says about it, and --commit says what is left to do by hand', async () => {
    const { bench } = await released();
    const { checkout } = bench;
    const configuration = readFileSync(join(checkout.directory, 'fairlead.yaml'), 'utf8');
    const says = (word: string): string =>
      configuration.replace(
        'path: site,',
        `path: site, substitute: { values: { WORD: ${word} } },`,
      );
    const well = checkout.commit({
      'fairlead.yaml': says('well'),
      'site/page.yaml': bench.page('${WORD}'),
    });
    expect((await bench.run('sync')).code).toBe(0);
    checkout.commit({ 'fairlead.yaml': says('worse') });
    expect((await bench.run('sync')).code).toBe(0);
    expect(bench.content()).toBe('worse');
    const back = await bench.run('rollback', 'site@dev', '--yes', '--commit');
    expect(back).toMatchObject({ code: 0 });
    expect(bench.content()).toBe('well');
    expect(back.stderr).toContain(
      `the configuration says something else about substitute of site than at ${well.slice(0, 8)}`,
    );
  });

  it('--commit is refused before anything happens where the folder holds other changes', async () => {
    const { bench } = await released();
    bench.checkout.write({ 'site/page.yaml': bench.page('half done\n') });
    const before = bench.checkout.git('rev-parse', 'HEAD');
    const back = await bench.run('rollback', 'site@dev', '--yes', '--commit');
    expect(back.code).not.toBe(0);
    expect(back.stderr).toContain('cli.uncommitted-changes');
    expect(bench.content()).toBe('two\n');
    expect(bench.checkout.git('rev-parse', 'HEAD')).toBe(before);
    expect((await bench.run('get', 'holds')).stdout).toBe('');
  });

  it('--commit leaves the checkout clean where a hook refuses the commit', async () => {
    const { bench } = await released();
    bench.checkout.write({
      '.git/hooks/pre-commit': { script: '#!/bin/sh\necho no >&2\nexit 1\n' },
    });
    const back = await bench.run('rollback', 'site@dev', '--yes', '--commit');
    expect(back.code).not.toBe(0);
    expect(back.stderr).toContain('cli.revert-failed');
    expect(bench.checkout.git('status', '--porcelain')).toBe('');
    // The live system went back all the same, and says so.
    expect(bench.content()).toBe('one\n');
  });
});

describe('backup and restore', () => {
  it('a restored state acts only once a person has said so', async () => {
    const bench = open();
    await bench.run('sync');
    const backup = join(bench.folder, 'backup');
    expect((await bench.run('backup', backup)).code).toBe(0);
    const other = join(bench.folder, 'restored');
    expect((await bench.runOn(other, 'restore', backup)).code).toBe(0);
    expect((await bench.runOn(other, 'restore', backup)).code).toBe(1);
    expect((await bench.runOn(other, 'history')).stdout).toContain('succeeded');
    // Nothing changed, so there is nothing to do.
    expect((await bench.runOn(other, 'plan', '--exit-code')).code).toBe(0);
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    const refused = await bench.runOn(other, 'sync', '--yes');
    expect(refused.code).toBe(7);
    expect(refused.stdout).toContain('restored');
    expect(bench.content()).toBe('one\n');
    expect((await bench.runOn(other, 'sync', '--yes', '--take-over')).code).toBe(0);
    expect(bench.content()).toBe('two\n');
  });

  it('a backup that was cut short is refused', async () => {
    const bench = open();
    await bench.run('sync');
    const backup = join(bench.folder, 'backup');
    await bench.run('backup', backup);
    const bytes = readFileSync(backup);
    writeFileSync(backup, bytes.subarray(0, bytes.length / 2));
    const other = join(bench.folder, 'restored');
    const ended = await bench.runOn(other, 'restore', backup);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('state.backup-invalid');
  });

  it('a lost state folder costs nothing that is live', async () => {
    const bench = open();
    await bench.run('sync');
    rmSync(bench.stateDir, { recursive: true });
    expect((await bench.run('plan', '--exit-code')).code).toBe(0);
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    const refused = await bench.run('sync', '--yes');
    expect(refused.code).toBe(7);
    expect(bench.content()).toBe('one\n');
    expect((await bench.run('sync', '--yes', '--take-over')).code).toBe(0);
    expect(bench.content()).toBe('two\n');
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
    const ended = await open().run(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain('    at ');
  });

  it('an error is JSON where JSON is asked for', async () => {
    const { code, stderr } = await open().run('plan', 'sit@dev', '-o', 'json');
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({
      kind: 'Error',
      item: { code: 'application.not-found', exitCode: 5 },
    });
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('is written for %s', async (shell) => {
    const { code, stdout } = await open().run('completion', shell);
    expect(code).toBe(0);
    expect(stdout).toContain('fairlead');
  });

  it('can be read by bash', async () => {
    const bench = open();
    const { stdout } = await bench.run('completion', 'bash');
    bench.checkout.write({ '.git/completion.bash': stdout });
    const checked = spawnSync('bash', [
      '-n',
      join(bench.checkout.directory, '.git/completion.bash'),
    ]);
    expect([checked.status, String(checked.stderr)]).toEqual([0, '']);
  });
});
