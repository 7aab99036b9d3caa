import type { Clock } from '../system/clock.ts';
import { runChild, startChild, type ChildOutcome } from './child.ts';
import { gitMissing, gitTooOld } from './errors.ts';
import { gitFailure } from './git-failure.ts';
import {
  baseSettings,
  gitEnvironment,
  passedSettings,
  sshCommand,
  type Environment,
  type GitSetting,
} from './git-environment.ts';

/** One call of Git. Operands of foreign origin stand behind `--` or `--end-of-options`. */
export interface GitCall {
  /** The command and its arguments, without `git`. */
  readonly arguments: readonly string[];
  /** The repository (`GIT_DIR`); without, Git looks upwards from `directory`. */
  readonly repository?: string | undefined;
  /** Working folder of the process. Default `/`. */
  readonly directory?: string | undefined;
  /** How a server is reached; absent: no network, no protocol at all. */
  readonly access?: GitAccess | undefined;
  readonly settings?: readonly GitSetting[] | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** Limit of standard output. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Credentials of one call: settings and variables for Git, and what must never be shown. */
export interface GitAccess {
  readonly settings: readonly GitSetting[];
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Whether the operator's own credential helpers are asked. */
  readonly ownCredentials: boolean;
}

/** The version as Git prints it, and what of it is compared. */
interface GitVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** The system's `git`, called with fixed arguments in an environment that runs no foreign program. */
export interface Git {
  readonly version: GitVersion;
  run(call: GitCall): Promise<ChildOutcome>;
  /** A process that stays, with pipes; the caller ends it. */
  start(
    call: Pick<GitCall, 'arguments' | 'repository' | 'variables' | 'settings'>,
  ): ReturnType<typeof startChild>;
  /** Another program on the same terms (gpg). */
  runProgram(
    binary: string,
    call: Pick<GitCall, 'arguments' | 'variables' | 'input' | 'timeoutMs' | 'signal'>,
  ): Promise<ChildOutcome>;
}

interface GitDependencies {
  /** The environment of this process. */
  readonly environment: Environment;
  readonly clock: Clock;
  /** Default `git`, found on the PATH. */
  readonly binary?: string | undefined;
}

/**
 * Finds Git, its version and what the operator's own configuration says about reaching servers (read once).
 *
 * @throws FairleadError `source.git-missing`, `source.git-too-old`.
 */
export async function openGit(dependencies: GitDependencies): Promise<Git> {
  const { environment, clock, binary = 'git' } = dependencies;
  const limits = { timeoutMs: 60_000, maxBytes: 64 * 2 ** 20 };

  const version = await readVersion(dependencies, binary);
  const own = await readOwnSettings(dependencies, binary);
  // GIT_SSH_COMMAND wins over this by itself; GIT_SSH would not.
  const defaults: readonly GitSetting[] =
    environment['GIT_SSH'] === undefined ? [['core.sshCommand', sshCommand]] : [];
  const ownWithoutCredentials = own.filter(([name]) => !/^credential\./i.test(name));

  const environmentOf = (call: Omit<GitCall, 'arguments'>): Record<string, string> =>
    gitEnvironment(environment, {
      network: call.access !== undefined,
      settings: [
        ...defaults,
        ...(call.access?.ownCredentials === false ? ownWithoutCredentials : own),
        ...baseSettings,
        ...(call.access?.settings ?? []),
        ...(call.settings ?? []),
      ],
      variables: {
        ...call.access?.variables,
        ...call.variables,
        ...(call.repository === undefined ? {} : { GIT_DIR: call.repository }),
      },
    });

  return {
    version,
    run: (call) =>
      runChild(
        {
          ...limits,
          binary,
          arguments: call.arguments,
          environment: environmentOf(call),
          directory: call.directory ?? '/',
          input: call.input,
          signal: call.signal,
          ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
          ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
        },
        clock,
      ),
    start: (call) =>
      startChild({
        binary,
        arguments: call.arguments,
        environment: environmentOf(call),
        directory: '/',
      }),
    runProgram: (program, call) =>
      runChild(
        {
          ...limits,
          binary: program,
          arguments: call.arguments,
          environment: environmentOf({ variables: call.variables }),
          directory: '/',
          input: call.input,
          signal: call.signal,
          ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
        },
        clock,
      ),
  };
}

async function readVersion(dependencies: GitDependencies, binary: string): Promise<GitVersion> {
  const outcome = await runChild(
    {
      binary,
      arguments: ['version'],
      environment: gitEnvironment(dependencies.environment, {
        network: false,
        settings: [],
        variables: {},
      }),
      timeoutMs: 30_000,
      maxBytes: 65_536,
    },
    dependencies.clock,
  );
  const text = outcome.stdout.toString('utf8').trim();
  const match = /^git version (?<major>\d+)\.(?<minor>\d+)/.exec(text);
  if (match?.groups === undefined) {
    const context = { doing: `run ${binary}`, resource: binary };
    if (outcome.ended === 'not-started') throw gitFailure(outcome, context);
    throw gitMissing({
      message: `cannot run ${binary}: ${outcome.stderr.trim() || text || 'no output'}`,
    });
  }
  const version = {
    text: text.replace(/^git version /, ''),
    major: Number(match.groups['major']),
    minor: Number(match.groups['minor']),
  };
  if (!atLeast(version, 2, 31)) {
    throw gitTooOld({ message: `this is Git ${version.text}; 2.31 or newer is needed` });
  }
  return version;
}

/** Whether Git is of this version or a newer one. */
export function atLeast(version: GitVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** The operator's system, global and environment configuration; not that of any repository. */
async function readOwnSettings(
  dependencies: GitDependencies,
  binary: string,
): Promise<readonly GitSetting[]> {
  const environment: Record<string, string> = { LC_ALL: 'C', GIT_CEILING_DIRECTORIES: '/' };
  for (const [name, value] of Object.entries(dependencies.environment)) {
    if (value === undefined) continue;
    if (!name.startsWith('GIT_') || name.startsWith('GIT_CONFIG')) environment[name] = value;
  }
  const outcome = await runChild(
    {
      binary,
      arguments: ['config', '--list', '--show-scope', '--includes', '-z'],
      environment,
      directory: '/',
      timeoutMs: 30_000,
      maxBytes: 4 * 2 ** 20,
    },
    dependencies.clock,
  );
  const fields = outcome.stdout.toString('utf8').split('\0');
  const settings: GitSetting[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const scope = fields[at];
    const [name, ...value] = (fields[at + 1] ?? '').split('\n');
    // A name without value means true.
    if (name !== undefined && (scope === 'system' || scope === 'global' || scope === 'command')) {
      settings.push([name, value.length === 0 ? 'true' : value.join('\n')]);
    }
  }
  return passedSettings(settings);
}
