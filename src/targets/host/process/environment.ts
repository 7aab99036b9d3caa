import type { Json, JsonObject } from '../../../model/json.ts';
import { sameJson } from '../../../model/json.ts';
import type { Sealed, Sealer } from '../../../model/sealed.ts';
import { programEnvironment } from '../../../system/program-environment.ts';
import { manifestInvalid } from '../../errors.ts';
import type { Account } from '../accounts.ts';
import { secretChanged } from '../errors.ts';
import type { SecretReader, SecretReference } from '../secrets.ts';
import type { ProcessPayload } from './fields.ts';
import { nonceVariable } from './spec.ts';

interface Variables {
  /** As they stand in `fields.env`. */
  readonly env: JsonObject;
  /** As they stand in `payload.secrets`. */
  readonly secrets: Readonly<Record<string, SecretReference>>;
}

/** Takes secrets out of variables as users write them: sealed values for `fields`, references for `payload`. */
export async function sealVariables(
  variables: Readonly<Record<string, string | SecretReference>>,
  reveal: (reference: SecretReference) => Promise<string>,
  sealer: Sealer,
): Promise<Variables> {
  const env: Record<string, Json> = {};
  const secrets: Record<string, SecretReference> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value === 'string') {
      env[name] = value;
    } else {
      secrets[name] =
        value.fromEnv === undefined
          ? { fromFile: value.fromFile ?? '' }
          : { fromEnv: value.fromEnv };
      env[name] = sealVariable(sealer, await reveal(value));
    }
  }
  return { env, secrets };
}

/**
 * The value behind a reference as a variable can hold it: without the newline that a file ends with.
 * @throws FairleadError `host.secret-missing`, `target.not-permitted`; `target.manifest-invalid` for a zero byte in it.
 */
export async function revealVariable(
  secrets: SecretReader,
  reference: SecretReference,
  limits: readonly string[],
  resource: string,
): Promise<string> {
  const value = (await secrets.read(reference, limits, resource)).reveal();
  const text = reference.fromFile === undefined ? value : value.replace(/\r?\n$/, '');
  if (!text.includes('\0')) return text;
  throw manifestInvalid({
    message: `${resource} refers to a secret with a zero byte in it, which no variable can hold`,
    resource,
  });
}

/**
 * The values of secret variables, checked against what was planned.
 * @throws FairleadError `host.secret-changed`, and as `revealVariable`.
 */
export async function revealAll(
  secrets: SecretReader,
  payload: ProcessPayload,
  planned: { readonly env: JsonObject; readonly sealer: Sealer } | null,
  resource: string,
): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(payload.secrets)) {
    const value = await revealVariable(secrets, reference, payload.limits, resource);
    if (planned !== null && !sameJson(sealVariable(planned.sealer, value), planned.env[name])) {
      throw secretChanged({
        message: `the secret behind ${name} of ${resource} changed since it was planned`,
        resource,
      });
    }
    values[name] = value;
  }
  return values;
}

/** All that a process gets to see: what its manifest names, and `programEnvironment`. */
export function environmentOf(
  controller: Readonly<Record<string, string | undefined>>,
  account: Account | null,
  env: JsonObject,
  secrets: Readonly<Record<string, string>>,
  nonce: string | null,
): Record<string, string> {
  const plain = Object.entries(env).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    ...programEnvironment(controller, account?.home),
    ...(account === null ? {} : { USER: account.name, LOGNAME: account.name }),
    ...Object.fromEntries(plain),
    ...secrets,
    ...(nonce === null ? {} : { [nonceVariable]: nonce }),
  };
}

function sealVariable(sealer: Sealer, value: string): Sealed & Json {
  return sealer.seal(`process-variable\n${value}`);
}
