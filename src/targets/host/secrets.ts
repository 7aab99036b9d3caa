import { constants } from 'node:fs';
import { open, readlink, realpath } from 'node:fs/promises';
import { z } from 'zod';
import { oneOf } from '../../config/one-of.ts';
import type { JsonObject } from '../../model/json.ts';
import { Secret } from '../../model/sealed.ts';
import { errorCode } from '../../system/files.ts';
import { notPermitted } from '../errors.ts';
import { secretMissing } from './errors.ts';
import { isWithin, pathProblem } from './paths.ts';

/** Largest secret, in bytes. */
const maxSecretBytes = 1024 * 1024;

/** Where a secret value is kept; the value itself is never in Git. */
export interface SecretReference {
  readonly fromEnv?: string | undefined;
  readonly fromFile?: string | undefined;
}

/** The files that what `Desired.payload` of any kind refers to: `contentFrom` of one value, `secrets` of several by name. */
export function secretFilesIn(payload: JsonObject): readonly string[] {
  const { contentFrom, secrets } = payload as {
    readonly contentFrom?: SecretReference;
    readonly secrets?: Readonly<Record<string, SecretReference>>;
  };
  const all = [
    ...(contentFrom === undefined ? [] : [contentFrom]),
    ...Object.values(secrets ?? {}),
  ];
  return all.flatMap(({ fromFile }) => fromFile ?? []);
}

/** Where a value is kept, as users write it: exactly one of the two. */
export const secretReference = oneOf(
  z.strictObject({
    fromEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
      .optional()
      .meta({ description: "Name of a variable in the controller's environment." }),
    fromFile: absolutePath('File on the machine of the controller.').optional(),
  }),
  ['fromEnv', 'fromFile'],
);

/** A plain absolute path. */
export function absolutePath(description: string) {
  return z
    .string()
    .check((context) => {
      const problem = pathProblem(context.value);
      if (problem !== null)
        context.issues.push({ code: 'custom', input: context.value, message: problem });
    })
    .meta({ description });
}

interface SecretSettings {
  /** Variables that applications of projects with `hostPaths` may refer to. */
  readonly allowedEnv: readonly string[];
}

/** Gives the values behind references; the only place of the host target that sees them before apply. */
export interface SecretReader {
  /**
   * @param limits Folders the project may touch; empty: all. With limits, files must lie in them and variables
   *   must be in `secretEnv` of the target's settings, else a repository could read what the controller knows.
   * @throws FairleadError `host.secret-missing`, `target.not-permitted`
   */
  read(reference: SecretReference, limits: readonly string[], resource: string): Promise<Secret>;
}

/** Reads references anew each time; nothing is kept. `env` is the controller's environment. */
export function createSecretReader(
  env: Readonly<Record<string, string | undefined>>,
  settings: SecretSettings,
): SecretReader {
  return {
    read: async (reference, limits, resource) => {
      if (reference.fromEnv !== undefined) {
        const name = reference.fromEnv;
        if (limits.length > 0 && !settings.allowedEnv.includes(name)) {
          throw notPermitted({
            message: `${resource} refers to the variable ${name}, which the target does not open to projects with hostPaths`,
            resource,
            hint: `Add ${name} to secretEnv of the host target, or refer to a file that the project may touch.`,
          });
        }
        const value = env[name];
        if (value === undefined) {
          throw secretMissing({
            message: `${resource} refers to the variable ${name}, which is not set where the controller runs`,
            resource,
          });
        }
        return new Secret(value);
      }
      return readFile(reference.fromFile ?? '', limits, resource);
    },
  };
}

function refuseSecretOutside(
  real: string,
  path: string,
  limits: readonly string[],
  resource: string,
): void {
  if (limits.length === 0 || isWithin(real, limits)) return;
  throw notPermitted({
    message: `${resource} refers to ${path}, which is outside of what its project may touch`,
    resource,
  });
}

async function readFile(
  path: string,
  limits: readonly string[],
  resource: string,
): Promise<Secret> {
  try {
    refuseSecretOutside(await realpath(path), path, limits, resource);
    // Without O_NONBLOCK a FIFO would block a thread for ever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // The path may have led elsewhere a moment ago; what is open is what is read.
      const real =
        process.platform === 'linux'
          ? await readlink(`/proc/self/fd/${handle.fd}`)
          : await realpath(path);
      refuseSecretOutside(real, path, limits, resource);
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > maxSecretBytes) {
        throw secretMissing({
          message: `${resource} refers to ${path}, which is ${stats.isFile() ? `larger than ${maxSecretBytes} bytes` : 'no file'}`,
          resource,
        });
      }
      return new Secret(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    const code = errorCode(thrown);
    if (code === '' || !/^E[A-Z]+$/.test(code)) throw thrown;
    throw secretMissing({
      message: `${resource} refers to ${path}, which cannot be read (${code})`,
      resource,
      cause: thrown,
    });
  }
}
