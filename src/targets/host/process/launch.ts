import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Json, JsonObject } from '../../../model/json.ts';
import type { Sealer } from '../../../model/sealed.ts';
import type { Account, Accounts } from '../accounts.ts';
import { permission, startFailed } from '../errors.ts';
import type { SecretReader } from '../secrets.ts';
import { underWitness } from './exit-code.ts';
import { environmentOf, revealAll } from './environment.ts';
import type { ProcessFields, ProcessPayload } from './fields.ts';
import { findFolder, findProgram } from './program.ts';

/** What a start takes. `env` is the controller's environment, of which little is passed on. */
export interface LaunchDependencies {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly accounts: Accounts;
  readonly secrets: SecretReader;
  readonly sealer: Sealer;
}

/** All that a start needs, looked up and checked before anything is touched. Holds secrets: never leaves apply. */
export interface Launch {
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly account: Account | null;
  /** Its exit code decides whether it is started again, so somebody must be there to see it. */
  readonly witnessed: boolean;
  /** @param nonce `null` for what runs beside the process (an exec probe). */
  environment(nonce: string | null): Record<string, string>;
}

/**
 * Looks up what a start needs.
 * @param planned whether secrets must be those that were planned with.
 * @throws FairleadError `host.start-failed`, `host.secret-missing`, `host.secret-changed`, `target.not-permitted`
 */
export async function prepareLaunch(
  { env, accounts, secrets, sealer }: LaunchDependencies,
  fields: Pick<ProcessFields, 'argv' | 'env' | 'cwd' | 'user' | 'restart'>,
  payload: ProcessPayload,
  resource: string,
  planned: boolean,
): Promise<Launch> {
  const account = fields.user === undefined ? null : await accounts.user(fields.user, resource);
  const values = await revealAll(
    secrets,
    payload,
    planned ? { env: fields.env, sealer } : null,
    resource,
  );
  const cwd = await findFolder(fields.cwd, payload.limits, resource);
  const environment = (nonce: string | null): Record<string, string> =>
    environmentOf(env, account, fields.env, values, nonce);
  const path = environment(null)['PATH'] ?? '';
  const program = await findProgram(fields.argv[0] ?? '', cwd, path, resource);
  const witnessed = fields.restart !== 'always';
  return { program, argv: fields.argv, cwd, account, witnessed, environment };
}

/**
 * Starts a process in a session and group of its own, its output to an open file; resolves when the program has been
 * loaded. It goes on when we end.
 *
 * @param files descriptors: of the log, of the leash, and, for one that is witnessed, of the file for its exit code.
 * @throws FairleadError `host.start-failed`, `host.permission`
 */
export async function launchProcess(
  launch: Launch,
  nonce: string,
  files: { readonly log: number; readonly leash: number; readonly exit: number | null },
  resource: string,
): Promise<ChildProcess> {
  const { program, argv, cwd, account } = launch;
  const { log, leash, exit } = files;
  const foreign = account !== null && account.uid !== process.getuid?.() ? account : null;
  const [file = '', ...args] =
    exit === null ? [program, ...argv.slice(1)] : underWitness(program, argv.slice(1));
  const started = Promise.withResolvers<ChildProcess>();
  const child = spawn(file, args, {
    ...(exit === null ? { argv0: argv[0] } : {}),
    cwd,
    env: launch.environment(nonce),
    detached: true,
    stdio: exit === null ? ['ignore', log, log, leash] : ['ignore', log, log, exit, leash],
    ...(foreign === null ? {} : { uid: foreign.uid, gid: foreign.gid }),
  });
  child.once('spawn', () => started.resolve(child));
  child.once('error', (error: NodeJS.ErrnoException) => {
    const make = error.code === 'EPERM' ? permission : startFailed;
    started.reject(
      make({
        message: `${resource} cannot start: ${program} gives ${error.code ?? error.message}`,
        resource,
        cause: error,
      }),
    );
  });
  child.unref();
  return started.promise;
}

/** The payload as it stands in `Desired`. */
export function payloadJson(payload: ProcessPayload): JsonObject {
  return payload as unknown as Record<string, Json>;
}
