import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildControlPlane, controlPlaneProblem } from './control-plane.ts';
import { buildNativeEngines, nativeEnginesProblem } from './native-engines.ts';

/** A program that tests need and that npm cannot bring. */
export interface Tool {
  readonly name: string;
  /** What is wrong with it on this machine, in words; undefined when it is there and good. */
  problem(): string | undefined;
  /** The Debian and Ubuntu packages that bring it. */
  readonly packages: readonly string[];
  /** Where no package brings it: the command that makes it, and what that command does. */
  readonly build?: { readonly command: string; run(): string | undefined };
}

export type ToolName =
  | 'git'
  | 'git-http-backend'
  | 'ssh-keygen'
  | 'gpg'
  | 'sshd'
  | 'bash'
  | 'curl'
  | 'systemd-analyze'
  | 'native-engines'
  | 'control-plane';

/** The oldest Git that Fairlead is tested with. */
const minimumGit = [2, 36] as const;

export const tools: Readonly<Record<ToolName, Tool>> = {
  git: { name: 'git ≥ 2.36', problem: gitProblem, packages: ['git'] },
  'git-http-backend': {
    name: 'git http-backend',
    packages: ['git'],
    problem() {
      const folder = spawnSync('git', ['--exec-path'], { encoding: 'utf8' }).stdout?.trim();
      return folder && existsSync(join(folder, 'git-http-backend')) ? undefined : 'is not there';
    },
  },
  'ssh-keygen': {
    name: 'ssh-keygen',
    problem: () => missing('ssh-keygen', ['-?']),
    packages: ['openssh-client'],
  },
  sshd: { name: 'sshd', problem: sshdProblem, packages: ['openssh-server'] },
  gpg: { name: 'gpg', problem: () => missing('gpg', ['--version']), packages: ['gnupg'] },
  'native-engines': {
    name: 'native engines',
    problem: nativeEnginesProblem,
    packages: [],
    build: { command: 'npm run build:native (needs Go)', run: buildNativeEngines },
  },
  'control-plane': {
    name: 'Kubernetes control plane',
    problem: controlPlaneProblem,
    packages: [],
    build: { command: 'npm run cluster -- build (needs Go)', run: buildControlPlane },
  },
  bash: { name: 'bash', problem: () => missing('bash', ['--version']), packages: ['bash'] },
  'systemd-analyze': {
    name: 'systemd-analyze',
    problem: () => missing('systemd-analyze', ['--version']),
    packages: ['systemd'],
  },
  curl: { name: 'curl', problem: () => missing('curl', ['--version']), packages: ['curl'] },
};

/** Of `names`, those that are missing here, with the reason. */
export function missingTools(
  names: readonly ToolName[],
): readonly { readonly tool: Tool; readonly why: string }[] {
  return names.flatMap((name) => {
    const tool = tools[name];
    const why = tool.problem();
    return why === undefined ? [] : [{ tool, why }];
  });
}

/** How to get these tools, as a command. */
export function howToGet(missing: readonly Tool[]): string {
  const packages = [...new Set(missing.flatMap((tool) => tool.packages))];
  return [
    ...(packages.length > 0 ? [`apt-get install ${packages.join(' ')}`] : []),
    ...missing.flatMap(({ build }) => (build === undefined ? [] : [build.command])),
  ].join(' && ');
}

/**
 * Builds these tools, or installs them with apt-get, as root or by sudo without a password.
 * @returns why that was not possible, or undefined.
 */
export function installTools(missing: readonly Tool[]): string | undefined {
  const unpacked = installPackages([...new Set(missing.flatMap((tool) => tool.packages))]);
  const unbuilt = missing.map(({ build }) => build?.run()).filter((why) => why !== undefined);
  return unpacked ?? unbuilt[0];
}

function installPackages(packages: readonly string[]): string | undefined {
  if (packages.length === 0) return undefined;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const [command, ...rest] = [
      ...sudo,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      ...args,
    ];
    const { status, error } = spawnSync(command ?? '', rest, { stdio: ['ignore', 2, 2] });
    // A stale or unreachable package list is no reason to give up: the packages may be in the lists that are there.
    if (args[0] === 'update') continue;
    if (error !== undefined) return `apt-get could not be started: ${error.message}`;
    if (status !== 0) return `apt-get ${args.join(' ')} ended with ${status}`;
  }
  return undefined;
}

/** Path of the SSH server; it wants to be called by its whole path, and is seldom in the PATH of a user. */
export function findSshd(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'sshd')).find((path) => existsSync(path));
}

function sshdProblem(): string | undefined {
  if (findSshd() === undefined) return 'is not there';
  // As root it runs what it does with strangers as a user of its own.
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8');
  return /^sshd:/m.test(users) ? undefined : 'has no user sshd';
}

function gitProblem(): string | undefined {
  const { stdout, error } = spawnSync('git', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) return 'is not there';
  const found = /(\d+)\.(\d+)/.exec(stdout);
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  const good = major > minimumGit[0] || (major === minimumGit[0] && minor >= minimumGit[1]);
  return good ? undefined : `is too old (${stdout.trim()})`;
}

function missing(command: string, args: readonly string[]): string | undefined {
  const { error } = spawnSync(command, args, { stdio: 'ignore' });
  return error === undefined ? undefined : 'is not there';
}
