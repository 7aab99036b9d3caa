import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { commands } from './registry.ts';
import { run } from './testing.ts';

describe('help', () => {
  test('the main help lists every command once, with the exit codes', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const listed = commands.filter(({ name, summary }) =>
      new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm').test(stdout),
    );
    expect(listed).toEqual(commands.filter((command) => command.hidden !== true));
    expect(stdout).toContain('124  It took longer than --timeout.');
  });

  test('without anything, and with -h before or after the verb, help is shown', async () => {
    expect((await run([])).stdout).toContain('Usage: fairlead [options] <command>');
    const before = await run(['-h', 'sync']);
    expect(before.stdout).toContain('Usage: fairlead sync');
    expect(await run(['sync', '--help'])).toEqual(before);
    expect(await run(['help', 'sync'])).toEqual(before);
  });

  test.each(commands.filter((command) => command.hidden !== true).map(({ name }) => name))(
    '%s explains itself, with at least two examples where it has variants',
    async (name) => {
      const { code, stdout } = await run([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      const examples =
        stdout.slice(stdout.indexOf('Examples:')).match(/^ {2}(?:.* && )?\S*(fairlead|source)/gm) ??
        [];
      expect(examples.length).toBeGreaterThanOrEqual(2);
      const definition = await commands.find((command) => command.name === name)!.load();
      expect(definition.description.length).toBeGreaterThan(40);
      for (const option of definition.options) expect(option.description).not.toBe('');
    },
  );

  test('topics are explained', async () => {
    expect((await run(['help', 'exit-codes'])).stdout).toContain('Policy or a hold refuses it');
    expect((await run(['help', 'environment'])).stdout).toContain('FAIRLEAD_STATE_DIR');
    expect((await run(['help', 'exit-code'])).stderr).toContain(
      'Did you mean `fairlead help exit-codes`?',
    );
  });
});

describe('output that cannot be written', () => {
  const full = (): Writable =>
    new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })),
    });

  test('is told in one sentence, with a code that is not 0', async () => {
    const { code, stderr } = await run(['version'], { stdout: full() });
    expect(code).toBe(1);
    expect(stderr).toContain('error: cannot write to stdout: ENOSPC');
    expect(stderr).toContain('cli.output-failed');
    expect(stderr).not.toContain('    at ');
  });

  test('takes nothing from a command whose progress nobody can hear', async () => {
    const stderr = full();
    expect((await run(['version'], { stderr })).code).toBe(0);
    expect((await run(['nonsense'], { stderr: full() })).code).toBe(1);
  });
});

describe('a wrong command line', () => {
  test.each([
    [['plna'], 'Did you mean plan?'],
    [['plan', '--worktre'], 'Did you mean --worktree?'],
    [['plan', '--sttate-dir', 'x'], 'Did you mean --state-dir?'],
    [['--outptu', 'json', 'get'], '--output'],
    [['describe'], "missing required argument 'name'"],
    [['wait', '--for', 'happiness'], 'Allowed choices are'],
    [['get', '-o', 'xml'], 'Allowed choices are'],
    [['logs', 'x', '-o', 'name'], 'does not write name'],
    [['history', '--limit', 'many'], 'is not a whole number'],
    [['hold', 'x'], 'a hold needs a reason'],
    [['resume'], 'nothing is named to resume'],
    [['approve', 'xyz'], 'is not a digest'],
    [['get', '--timeout', 'soon'], 'is not a length of time'],
    [['plan', '--server', '--worktree'], 'exclude each other'],
    [['completion', 'tcsh'], 'there is no completion for tcsh'],
  ])('%j says what is wrong and ends with 1', async (argv, says) => {
    const { code, stdout, stderr } = await run([...argv, '--state-dir', '/nonexistent/state']);
    expect(stderr).toContain('error: ');
    expect(stderr).toContain(says);
    expect(stderr).toContain('code: ');
    expect({ code, stdout }).toEqual({
      code: stderr.includes('control.unreachable') ? -1 : 1,
      stdout: '',
    });
  });

  test('is told as data where data is asked for', async () => {
    const { code, stdout, stderr } = await run(['-o', 'json', 'plan', '--worktre']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      apiVersion: 'cli.fairlead.dev/v1',
      kind: 'Error',
      item: { code: 'cli.usage', exitCode: 1, hint: expect.stringContaining('--worktree') },
    });
  });
});

describe('global options', () => {
  const unreachable = 'no controller runs here: there is no /nonexistent/a';
  test.each([
    [['--state-dir', '/nonexistent/a', 'get']],
    [['get', '--state-dir', '/nonexistent/a']],
    [['get', '--state-dir=/nonexistent/a']],
    [['--state-dir', '/nonexistent/b', 'get', '--state-dir', '/nonexistent/a']],
  ])('%j means the same', async (argv) => {
    expect((await run(argv)).stderr).toContain(unreachable);
  });

  test('the environment counts less than the option', async () => {
    const env = { FAIRLEAD_STATE_DIR: '/nonexistent/a' };
    expect((await run(['get'], { env })).stderr).toContain(unreachable);
    expect((await run(['get', '--state-dir', '/nonexistent/c'], { env })).stderr).toContain(
      '/nonexistent/c',
    );
  });

  test('a value that looks like a command is a value', async () => {
    expect((await run(['--state-dir', 'plan', 'get'], { cwd: '/nonexistent' })).stderr).toContain(
      '/nonexistent/plan',
    );
  });
});

test('a folder that was removed meanwhile is an error, unless another one is named', async () => {
  const { code, stderr } = await run(['plan'], { cwd: '' });
  expect([code, stderr]).toEqual([1, expect.stringContaining('cli.folder-gone')]);
  expect((await run(['-C', 'there', 'plan'], { cwd: '' })).stderr).toContain('cli.folder-gone');
  const named = await run(['-C', '/nonexistent', 'plan', '--state-dir', '/x'], { cwd: '' });
  expect(named.stderr).toContain('/nonexistent');
});

test('no controller and no checkout is an error that says how to get one', async () => {
  const { code, stderr } = await run(['plan', '--state-dir', '/nonexistent/a']);
  expect(code).toBe(1);
  expect(stderr).toContain('cli.no-checkout');
  expect(stderr).toContain('fairlead init');
});

test('a command that is interrupted ends with 130', async () => {
  const interrupt = AbortSignal.abort('SIGINT');
  const { code, stderr } = await run(['get', '--state-dir', '/nonexistent/a'], { interrupt });
  expect(code).toBe(130);
  expect(stderr).toContain('interrupted by SIGINT');
});
