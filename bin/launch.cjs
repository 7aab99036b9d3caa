'use strict';

/**
 * Starts `main` on a Node that can run it. Old versions of Node read this file too, to say in a sentence what they lack
 * or to hand over to the Node of the checkout, so it keeps to syntax that they know.
 */

const { spawn } = require('child_process');
const { access, existsSync, realpathSync } = require('fs');
const { enableCompileCache } = require('module');
const { constants, homedir } = require('os');
const { dirname, isAbsolute, join, sep } = require('path');
const { pathToFileURL } = require('url');

const minimumNode = 24;
const root = dirname(__dirname);
const source = join(root, 'src', 'main.ts');
// Node does not strip types below node_modules, so an installed package brings the built files.
const isCheckout = existsSync(source) && !realpathSync(root).split(sep).includes('node_modules');

if (isCheckout && !existsSync(join(root, 'node_modules', 'commander'))) {
  fail(`this checkout is not set up yet: run \`npm ci\` in ${root}`);
} else if (Number.parseInt(process.versions.node, 10) >= minimumNode) {
  run();
} else {
  handOver();
}

function run() {
  // What `bin/fairlead` sets for this process; what it starts has no use for it.
  if (process.env.MALLOC_ARENA_MAX === '2') delete process.env.MALLOC_ARENA_MAX;
  quietExperimentalWarnings();
  dieWithParent();
  widenThreadPool();
  cacheCompiled();
  import(pathToFileURL(isCheckout ? source : join(root, 'dist', 'main.js')).href)
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
}

/** `node:sqlite` is called experimental in Node 24; that is for us to know, not for who runs a command. */
function quietExperimentalWarnings() {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') {
      for (const print of printers) print.call(process, warning);
    }
  });
}

/**
 * What waits for a disk does so in a thread of libuv's pool, and one write to the journal of the file system serves
 * all who wait at the same time: with four threads, as by default, a thousand small files take a tenth longer. The
 * pool reads the variable when it is used first; children have no use for it.
 */
function widenThreadPool() {
  if (process.env.UV_THREADPOOL_SIZE !== undefined) return;
  process.env.UV_THREADPOOL_SIZE = '8';
  access(__filename, () => {});
  delete process.env.UV_THREADPOOL_SIZE;
}

/**
 * Compiling takes most of the time of a short command. In the user's own folder, because whoever can write the cache can
 * run code; where it cannot be made, everything works without. Before the first module with types: what strips them
 * costs 60 ms and 10 MB of memory, and nobody needs it where all is in the cache.
 */
function cacheCompiled() {
  const cache = cacheHome();
  if (existsSync(dirname(cache))) enableCompileCache(join(cache, 'fairlead', 'node'));
}

/** The user's folder for caches, as the XDG Base Directory Specification has it. */
function cacheHome() {
  const named = process.env.XDG_CACHE_HOME;
  return named !== undefined && isAbsolute(named)
    ? named
    : join(process.env.HOME || homedir(), '.cache');
}

/** After a hand-over: whoever kills the process they know of, even with SIGKILL, means this one. */
function dieWithParent() {
  if (process.env.FAIRLEAD_HANDED_OVER === undefined || process.channel === undefined) return;
  delete process.env.FAIRLEAD_HANDED_OVER;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

function handOver() {
  const node = isCheckout ? projectNode() : undefined;
  if (node === undefined) {
    fail(`it needs Node ${minimumNode} or newer, and this is ${process.version}`);
    return;
  }
  // The same flags as in the shell's half of `fairlead`.
  const argv = [
    '--max-semi-space-size=8',
    '--heap-growing-percent=40',
    '--memory-reducer-gc-count=1',
    join(__dirname, 'fairlead'),
  ];
  const child = spawn(node, argv.concat(process.argv.slice(2)), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: Object.assign({}, process.env, { FAIRLEAD_HANDED_OVER: '1' }),
  });
  // A terminal sends its interrupt to the whole foreground group, so the child has it already.
  const atTerminal = process.stdin.isTTY === true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal !== null) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    process.exitCode = code === null ? 128 + constants.signals[signal] : code;
  });
}

function projectNode() {
  const bin = join(root, 'node_modules', '.bin', 'node');
  return existsSync(bin) ? bin : undefined;
}

function fail(why) {
  process.stderr.write(`fairlead: ${why}\n`);
  process.exitCode = 1;
}
