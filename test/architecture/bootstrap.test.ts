import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** The set-up that `npm test` and its like begin with, on a small checkout of its own and with the real npm. */

let checkout: string;

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'fairlead-bootstrap-'));
  await mkdir(join(checkout, 'scripts'));
  await mkdir(join(checkout, 'dependency'));
  await cp(
    join(import.meta.dirname, '../../scripts/bootstrap.mjs'),
    join(checkout, 'scripts/bootstrap.mjs'),
  );
  const dependency = { name: 'dependency', version: '1.0.0' };
  const manifest = {
    name: 'checkout',
    version: '1.0.0',
    type: 'module',
    dependencies: { dependency: 'file:dependency' },
  };
  const lock = {
    ...manifest,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      dependency,
      'node_modules/dependency': { resolved: 'dependency', link: true },
    },
  };
  await write('package.json', JSON.stringify(manifest));
  await write('package-lock.json', JSON.stringify(lock));
  await write('dependency/package.json', JSON.stringify(dependency));
  await write('dependency/index.js', 'module.exports = "the dependency";');
  await write(
    'scripts/go.mjs',
    `import { start } from './bootstrap.mjs';\nawait start(['program.mjs', ...process.argv.slice(2)]);\n`,
  );
  await write(
    'program.mjs',
    `import it from 'dependency';\nconsole.log(it, process.argv.slice(2).join());\n` +
      `if (process.argv[2] === 'exit') process.exit(7);\n` +
      `if (process.argv[2] === 'signal') process.kill(process.pid, 'SIGTERM');\n`,
  );
});

afterEach(async () => {
  await rm(checkout, { recursive: true, force: true });
});

test('the first run installs and then runs the program; the second one only runs it', async () => {
  const first = await go('a', 'b c');
  expect(first).toMatchObject({ code: 0, stdout: 'the dependency a,b c\n' });
  expect(first.stderr).toContain('Setting up');
  expect(await go('d')).toEqual({
    code: 0,
    signal: null,
    stdout: 'the dependency d\n',
    stderr: '',
  });
});

test('a changed lock file is installed', async () => {
  await go();
  const lock = await readFile(join(checkout, 'package-lock.json'), 'utf8');
  await write('package-lock.json', `${lock}\n`);
  await rm(join(checkout, 'node_modules/.package-lock.json'));
  expect((await go()).stderr).toContain('Setting up');
});

test('an installation that was broken off is done again', async () => {
  await mkdir(join(checkout, 'node_modules/half'), { recursive: true });
  const { code, stdout, stderr } = await go();
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'the dependency \n' });
  expect(stderr).toContain('Setting up');
});

test('of runs that begin at the same time one installs and all of them run the program', async () => {
  const all = await Promise.all(['1', '2', '3'].map((arg) => go(arg)));
  expect(all.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, 'the dependency 1\n'],
    [0, 'the dependency 2\n'],
    [0, 'the dependency 3\n'],
  ]);
  expect(all.filter(({ stderr }) => stderr.includes('Setting up'))).toHaveLength(1);
});

test('the lock of a set-up that was killed is taken over', async () => {
  const gone = await new Promise<number | undefined>((resolve) => {
    const child = execFile(process.execPath, ['--version'], () => resolve(child.pid));
  });
  await mkdir(join(checkout, '.fairlead-setup.lock'));
  await write('.fairlead-setup.lock/pid', String(gone));
  expect(await go()).toMatchObject({ code: 0, stdout: 'the dependency \n' });
});

test('a failed installation is said and fails', async () => {
  await write('package-lock.json', '{"lockfileVersion":3,"packages":{"":{"name":"other"}}}');
  const { code, stderr } = await go();
  expect(code).toBe(1);
  expect(stderr).toContain('set-up failed: npm ci ended with 1');
});

test('the exit code and the signal of the program are passed on', async () => {
  expect(await go('exit')).toMatchObject({ code: 7 });
  expect(await go('signal')).toMatchObject({ signal: 'SIGTERM' });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function go(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['scripts/go.mjs', ...args],
      { cwd: checkout, env: { ...process.env, npm_config_update_notifier: 'false' } },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
      },
    );
  });
}

async function write(path: string, text: string): Promise<void> {
  await writeFile(join(checkout, path), text);
}
