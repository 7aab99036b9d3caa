import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../src/targets/host/process/port.testing.ts';
import { findProgram } from '../../../src/cluster/programs.ts';
import type { ClusterRecord } from '../../../src/cluster/record.ts';
import { openProcessTable } from '../../../src/system/processes.ts';
import { gitTestEnvironment, temporaryFolder } from '../git.ts';

const checkout = join(import.meta.dirname, '../../..');

/** Folders that pages and examples name. Each is elsewhere in a test, so that tests neither collide nor leave anything. */
const folders = ['/tmp/fairlead-example', '/home/ada', '/var/lib/fairlead', '/srv', '/mnt/backup'];

/** Ports that pages and examples name; each is another one in a test. */
const ports = /\b180[89]\d\b/g;

/** A machine's worth of folders for one page or example, under one temporary folder. */
export interface Place extends AsyncDisposable {
  /** Home of the person who reads, and where a page begins. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text of a page or file as it is used here. */
  here(text: string): string;
  /** What a command says, as the page would show it. */
  shown(text: string): string;
  /** Copies a folder with all its texts as they are used here. */
  copy(from: string, to: string): void;
}

/**
 * @param texts all that will be used, for the ports in it.
 * @param cluster that the person has: its kubeconfig is in their home, as context `my-cluster`, and kubectl on the PATH.
 */
export async function makePlace(
  texts: readonly string[],
  cluster: ClusterRecord | null = null,
): Promise<Place> {
  const root = realpathSync(temporaryFolder('fairlead-page-'));
  const at = (folder: string): string =>
    join(root, folder === '/tmp/fairlead-example' ? 'example' : folder);
  const free = new Map<string, string>();
  for (const [port] of texts.join('\n').matchAll(ports)) {
    if (!free.has(port)) free.set(port, String(await freePort()));
  }
  const taken = new Map([...free].map(([page, real]) => [real, page]));
  const home = at('/home/ada');
  mkdirSync(home, { recursive: true });
  mkdirSync(at('/mnt/backup'), { recursive: true });
  const programs = join(root, 'programs');
  if (cluster !== null) giveCluster(cluster, home, programs);

  const named = new RegExp(String.raw`(?<![\w.-])(?:${folders.join('|')})(?![\w-])`, 'g');
  // Where root's records are by default is no place for those of a test.
  const stateDir = join(root, 'records');
  const here = (text: string): string =>
    text
      .replaceAll(named, at)
      .replaceAll(/\bhost: \{\}/g, `host: {stateDir: ${stateDir}}`)
      .replaceAll(ports, (port) => free.get(port) ?? port);
  const realPorts =
    taken.size === 0 ? null : new RegExp(String.raw`\b(?:${[...taken.keys()].join('|')})\b`, 'g');
  const shown = (text: string): string => {
    const paths = text
      .replaceAll(at('/tmp/fairlead-example'), '/tmp/fairlead-example')
      .replaceAll(root, '');
    return realPorts === null
      ? paths
      : paths.replaceAll(realPorts, (port) => taken.get(port) ?? port);
  };
  const copy = (from: string, to: string): void => {
    cpSync(from, to, { recursive: true });
    for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile()) writeFileSync(file, here(readFileSync(file, 'utf8')));
    }
  };
  return {
    home,
    env: environment(home, cluster === null ? [] : [programs]),
    here,
    shown,
    copy,
    [Symbol.asyncDispose]: async () => {
      await endProcesses(home);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The kubeconfig where people have it, and kubectl. */
function giveCluster({ name, kubeconfig }: ClusterRecord, home: string, programs: string): void {
  mkdirSync(join(home, '.kube'));
  const text = readFileSync(kubeconfig, 'utf8').replaceAll(`"${name}"`, '"my-cluster"');
  writeFileSync(join(home, '.kube/config'), text, { mode: 0o600 });
  mkdirSync(programs);
  symlinkSync(findProgram('kubectl', process.env) ?? 'kubectl', join(programs, 'kubectl'));
}

/** @param first folders that come before all others on the PATH. */
function environment(home: string, first: readonly string[]): Record<string, string> {
  const { PATH = '', TMPDIR, LANG } = gitTestEnvironment();
  const git = Object.entries(gitTestEnvironment()).filter(([name]) => name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(git),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(LANG === undefined ? {} : { LANG }),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'init.defaultBranch',
    GIT_CONFIG_VALUE_0: 'main',
    HOME: home,
    // Compiled code is the same for all.
    XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? home, '.cache'),
    FAIRLEAD_ACTOR: 'ada',
    PATH: [...first, join(checkout, 'bin'), join(checkout, 'node_modules/.bin'), PATH].join(':'),
  };
}

/** Ends what outlives the controller: every process with the home of this place. */
async function endProcesses(home: string): Promise<void> {
  const table = await openProcessTable();
  for (let round = 0; round < 50; round++) {
    let found = 0;
    for (const { pid, zombie } of await table.list()) {
      if (zombie || pid === process.pid || (await table.environment(pid, 'HOME')) !== home)
        continue;
      found += 1;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    if (found === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
