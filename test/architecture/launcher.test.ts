import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** `bin/fairlead`, in a small checkout whose `main` says what it was given. */

let folder: string;
let checkout: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-launcher-'));
  checkout = join(folder, 'a checkout');
  await cp(join(import.meta.dirname, '../../bin'), join(checkout, 'bin'), { recursive: true });
  await mkdir(join(checkout, 'src'));
  await mkdir(join(checkout, 'node_modules/.bin'), { recursive: true });
  await mkdir(join(checkout, 'node_modules/commander'));
  await symlink(process.execPath, join(checkout, 'node_modules/.bin/node'));
  await writeFile(join(checkout, 'package.json'), '{"type":"module"}');
  await writeFile(
    join(checkout, 'src/main.ts'),
    `import { DatabaseSync } from 'node:sqlite';
export async function main(argv: readonly string[]): Promise<number> {
  new DatabaseSync(':memory:').close();
  const told = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  console.log(process.pid, JSON.stringify(argv));
  if (argv[0] === 'throw') throw new Error('not caught');
  if (argv[0] === 'wait') {
    const alive = setInterval(() => undefined, 1000);
    await told;
    clearInterval(alive);
  }
  return Number(argv[1] ?? 0);
}
`,
  );
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('it runs from any folder, through chains of links and from the PATH', async () => {
  await symlink(join(checkout, 'bin/fairlead'), join(folder, 'one'));
  await symlink('one', join(folder, 'fairlead'));
  for (const command of [join(folder, 'fairlead'), './fairlead', 'fairlead']) {
    const ended = await run(command, ['a', '0', 'b c', '']);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^\d+ \["a","0","b c",""\]\n$/);
  }
});

test('the exit code is what main returns, by the shell and by node', async () => {
  expect((await run(join(checkout, 'bin/fairlead'), ['x', '7'])).code).toBe(7);
  expect((await run(process.execPath, [join(checkout, 'bin/fairlead'), 'x', '7'])).code).toBe(7);
  expect((await run(join(checkout, 'bin/fairlead'), ['throw'])).code).toBe(1);
});

test('the process that was started is the one that runs main, so it gets every signal itself', async () => {
  const child = spawn(join(checkout, 'bin/fairlead'), ['wait', '5'], { stdio: 'pipe' });
  const said = await new Promise<string>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
  });
  expect(Number.parseInt(said, 10)).toBe(child.pid);
  child.kill('SIGTERM');
  expect(await ended(child)).toEqual({ code: 5, signal: null });
});

test('a Node that is too old hands over to the Node of the checkout and passes signals on', async () => {
  const child = await old(['wait', '5']);
  expect(Number.parseInt(child.said, 10)).not.toBe(child.process.pid);
  child.process.kill('SIGTERM');
  expect(await ended(child.process)).toEqual({ code: 5, signal: null });
});

test('after a hand-over, killing the process that was started kills the one that runs main', async () => {
  const child = await old(['wait']);
  const inner = Number.parseInt(child.said, 10);
  child.process.kill('SIGKILL');
  await expect.poll(() => isAlive(inner), { timeout: 10_000 }).toBe(false);
});

test('without a Node that is new enough it says in a sentence what it needs', async () => {
  await rm(join(checkout, 'node_modules/.bin/node'));
  const { code, stderr } = await run(process.execPath, [
    ...(await pretendOld()),
    join(checkout, 'bin/fairlead'),
  ]);
  expect(code).toBe(1);
  expect(stderr).toBe('fairlead: it needs Node 24 or newer, and this is v20.0.0\n');
});

test('without any Node it says in a sentence what it needs', async () => {
  await rm(join(checkout, 'node_modules'), { recursive: true });
  const bare = join(folder, 'bare');
  await mkdir(bare);
  const { code, stderr } = await run(join(checkout, 'bin/fairlead'), [], { PATH: bare });
  expect(code).toBe(1);
  expect(stderr).toBe('fairlead needs Node 24 or newer, and there is no node on the PATH.\n');
});

test('in a checkout that was not set up it says how to do that', async () => {
  await rm(join(checkout, 'node_modules'), { recursive: true });
  const { code, stderr } = await run(join(checkout, 'bin/fairlead'), []);
  expect(code).toBe(1);
  expect(stderr).toBe(`fairlead: this checkout is not set up yet: run \`npm ci\` in ${checkout}\n`);
});

test('a Node on the PATH that refuses the options for memory is started without them', async () => {
  await rm(join(checkout, 'node_modules'), { recursive: true });
  const older = join(folder, 'older');
  await mkdir(older);
  // As Node 20 does it with an option of V8 that it does not have.
  await writeFile(
    join(older, 'node'),
    `#!/bin/sh
case $* in *--memory-reducer-gc-count*) echo "node: bad option" >&2; exit 9 ;; esac
exec '${process.execPath}' "$@"
`,
    { mode: 0o755 },
  );
  const { code, stderr } = await run(join(checkout, 'bin/fairlead'), ['a'], {
    PATH: [older, process.env['PATH']].join(delimiter),
  });
  expect(stderr).toBe(`fairlead: this checkout is not set up yet: run \`npm ci\` in ${checkout}\n`);
  expect(code).toBe(1);
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter);
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      { cwd: folder, env: { ...process.env, PATH: path, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

function ended(
  child: ReturnType<typeof spawn>,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Options that make this Node say that it is an older one, before it reads the launcher. */
async function pretendOld(): Promise<readonly string[]> {
  const file = join(folder, 'old.cjs');
  await writeFile(
    file,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } });
Object.defineProperty(process, 'version', { value: 'v20.0.0' });\n`,
  );
  return ['--require', file];
}

async function old(
  args: readonly string[],
): Promise<{ readonly process: ReturnType<typeof spawn>; readonly said: string }> {
  const child = spawn(
    process.execPath,
    [...(await pretendOld()), join(checkout, 'bin/fairlead'), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const said = await new Promise<string>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
  });
  return { process: child, said };
}

/** A zombie is not alive, and where process 1 collects nobody's children it stays one. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    // No /proc (macOS), or gone in between.
    return process.platform !== 'linux';
  }
}
