import type { JsonObject } from '../../../model/json.ts';
import type { Sealer } from '../../../model/sealed.ts';
import type { Clock } from '../../../system/clock.ts';
import { environmentOf, revealAll } from '../process/environment.ts';
import { findFolder, findProgram } from '../process/program.ts';
import type { SecretReader, SecretReference } from '../secrets.ts';
import { lastLines } from './output.ts';
import { runProgram } from './program.ts';
import type { ProgramEnd } from './program.ts';

/** `Desired.fields` of a Command: what makes it another one when it changes. Secret variables are sealed. */
export interface CommandFields {
  readonly check?: readonly string[];
  readonly run: readonly string[];
  readonly env: JsonObject;
  readonly cwd?: string;
}

/** What `Desired.payload` of a Command holds. */
export interface CommandPayload {
  /** Variables whose value is secret, by reference. */
  readonly secrets: Readonly<Record<string, SecretReference>>;
  /** `null`: whatever the application's time limit leaves. */
  readonly timeoutMs: number | null;
  readonly checkTimeoutMs: number;
  /** Folders the project may touch, checked again at the last moment. */
  readonly limits: readonly string[];
}

/** What calls of both programs take. `env` is the controller's environment, of which little is passed on. */
export interface CallDependencies {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly secrets: SecretReader;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What both programs of a command are started with. Holds secrets: never leaves read and apply. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/**
 * @param planned whether secrets must be those that were planned with.
 * @throws FairleadError `host.start-failed` where the folder is missing; `host.secret-missing`, `host.secret-changed`,
 *   `target.not-permitted`
 */
export async function prepareCall(
  { sealer, secrets, env }: CallDependencies,
  fields: CommandFields,
  payload: CommandPayload,
  resource: string,
  planned: boolean,
): Promise<Surroundings> {
  const revealed = await revealAll(
    secrets,
    payload,
    planned ? { env: fields.env, sealer } : null,
    resource,
  );
  return {
    cwd: await findFolder(fields.cwd, payload.limits, resource),
    env: environmentOf(env, null, fields.env, revealed, null),
    secrets: Object.values(revealed),
  };
}

interface CallOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Variables of this call alone. */
  readonly env: Readonly<Record<string, string>>;
}

/** @throws FairleadError `host.start-failed` where there is no such program. */
export async function call(
  { clock }: CallDependencies,
  argv: readonly string[],
  surroundings: Surroundings,
  options: CallOptions,
  resource: string,
): Promise<ProgramEnd> {
  const env = { ...surroundings.env, ...options.env };
  const program = await findProgram(argv[0] ?? '', surroundings.cwd, env['PATH'] ?? '', resource);
  const { cwd, secrets } = surroundings;
  const { timeoutMs, signal } = options;
  return runProgram({ program, argv, cwd, env, timeoutMs, signal, secrets, clock });
}

/** How it ended, for people: "ended with code 3". */
export function describeEnd(end: ProgramEnd, timeoutMs: number): string {
  switch (end.kind) {
    case 'exited':
      return `ended with code ${end.code}`;
    case 'killed':
      return `was ended by ${end.signal}`;
    case 'timed-out':
      return `did not end within ${timeoutMs} ms and was ended`;
    case 'aborted':
      return 'was ended before it was done';
    case 'not-started':
      return `cannot be started (${end.code})`;
  }
}

/** As much of the output as belongs into an error; begins with its own separator. */
export function quoteOutput({ output }: ProgramEnd): string {
  const words = lastLines(output, 10, 1_000);
  return words === '' ? '' : `; it said:\n${words}`;
}
