import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  builtNames,
  findProgram,
  kubernetesVersion,
  programCache,
} from '../../src/cluster/programs.ts';
import type { ProgramName } from '../../src/cluster/programs.ts';
import { findGo } from '../render/go.ts';
import type { Go } from '../render/go.ts';

/**
 * Builds the programs of the test cluster from their Go modules, pinned and verified by the go.sum in test/cluster.
 * What several programs share is compiled once: one `go build` per module, and both modules agree on versions.
 */

interface Module {
  /** In test/cluster. */
  readonly folder: string;
  /** The programs by the name of their package. */
  readonly packages: Readonly<Partial<Record<ProgramName, string>>>;
  readonly linkerFlags: string;
}

const [major, minor] = kubernetesVersion.split('.');
const kubernetesPackages = 'k8s.io/kubernetes/cmd';
const version = 'k8s.io/component-base/version';

const modules: readonly Module[] = [
  {
    folder: 'kubernetes',
    packages: {
      etcd: 'go.etcd.io/etcd/server/v3',
      'kube-apiserver': `${kubernetesPackages}/kube-apiserver`,
      'kube-controller-manager': `${kubernetesPackages}/kube-controller-manager`,
      'kube-scheduler': `${kubernetesPackages}/kube-scheduler`,
      kubectl: `${kubernetesPackages}/kubectl`,
    },
    // Else the server says that it is version 0.0.0, which charts look at.
    linkerFlags: `-s -w -X ${version}.gitVersion=v${kubernetesVersion} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor} -X ${version}.gitTreeState=clean`,
  },
  { folder: 'kwok', packages: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' }, linkerFlags: '-s -w' },
];

/** What a program is called by Go where that differs. */
const builtAs: Readonly<Partial<Record<ProgramName, string>>> = { etcd: 'server' };

const root = join(import.meta.dirname, '../..');
const sayEveryMs = 15_000;

/**
 * Builds the programs that are nowhere, into the user's folder for caches, and says how far it is on standard error.
 * @throws Error with what Go said
 */
export async function buildPrograms(env: NodeJS.ProcessEnv): Promise<void> {
  const missing = builtNames.filter((name) => findProgram(name, env) === undefined);
  if (missing.length === 0) return;
  const go = findGo();
  if (go === undefined) {
    throw new Error('Go is not there: see https://go.dev/dl, or name it with FAIRLEAD_GO');
  }
  const cache = programCache(env);
  mkdirSync(cache, { recursive: true });
  // In the same file system, so that a program appears whole or not at all.
  const partial = mkdtempSync(join(cache, '.building-'));
  try {
    for (const module of modules) {
      const names = missing.filter((name) => module.packages[name] !== undefined);
      if (names.length > 0) await buildModule(go, module, names, partial, cache);
    }
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function buildModule(
  go: Go,
  { folder, packages, linkerFlags }: Module,
  names: readonly ProgramName[],
  partial: string,
  cache: string,
): Promise<void> {
  const began = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - began) / 1_000)} s`;
  const cwd = join(root, 'test/cluster', folder);
  const wanted = names.map((name) => packages[name] ?? '');
  say(`Looking for the modules of ${names.join(', ')} …`);
  // Fetches the modules, which go.sum verifies.
  const listed = await runGo(go, cwd, ['list', '-deps', ...wanted], (fetched) => {
    say(`  ${seconds()}: ${fetched.length} modules fetched, ${fetched.at(-1) ?? ''}`);
  });
  const total = listed.split('\n').length;
  say(`Building them from ${total} packages; from nothing it takes minutes …`);
  const flags = ['-v', '-buildvcs=false', '-ldflags', linkerFlags, '-o', `${partial}/`];
  await runGo(go, cwd, ['build', ...flags, ...wanted], (compiled) => {
    say(`  ${seconds()}: ${compiled.length} compiled, ${compiled.at(-1) ?? ''}`);
  });
  for (const name of names) {
    renameSync(join(partial, builtAs[name] ?? name), join(cache, name));
  }
  say(`Built in ${seconds()}, into ${cache}.`);
}

/**
 * Runs Go, and says every while what it has done: the modules that it fetched, the packages that it compiled.
 * @returns what it printed
 * @throws Error with the end of what it said
 */
async function runGo(
  go: Go,
  cwd: string,
  args: readonly string[],
  tell: (done: readonly string[]) => void,
): Promise<string> {
  const child = spawn(go.path, args, {
    cwd,
    env: goEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let interrupted = false;
  const stop = (signal: NodeJS.Signals): void => {
    interrupted = true;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
  const done: string[] = [];
  const words: string[] = [];
  let saidMs = performance.now();
  for await (const line of createInterface({ input: child.stderr })) {
    // With -v Go names each package that it compiled, and nothing else has this form.
    const [, item] = /^(?:go: downloading )?([\w.~/-]+)(?: v\S+)?$/.exec(line) ?? [];
    if (item === undefined) words.push(line);
    else done.push(item);
    if (performance.now() - saidMs < sayEveryMs) continue;
    saidMs = performance.now();
    tell(done);
  }
  const result = await ended;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  if (interrupted) throw new Error('interrupted; what was made until now is kept');
  if (result !== 0)
    throw new Error(`go ${args[0]} ended with ${result}\n${words.slice(-30).join('\n')}`);
  return printed.trim();
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' };
}
