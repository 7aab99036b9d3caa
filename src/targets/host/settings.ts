import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { FairleadError } from '../../model/error.ts';
import type { JsonObject } from '../../model/json.ts';
import { settingsInvalid } from './errors.ts';

/** `spec.host` of a `Target`, as users write it. */
export const hostSettings = z.strictObject({
  stateDir: z
    .string()
    .regex(/^\/[^\0\r\n]*$/u, 'must be an absolute path')
    .optional()
    .meta({
      description:
        "Folder for inventories and holds. Default: /var/lib/fairlead as root, else fairlead in the user's state folder.",
    }),
  secretEnv: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'))
    .optional()
    .meta({
      description:
        "Variables of the controller's environment that applications of projects with hostPaths may refer to as secrets. Default: none. Applications of other projects may refer to any.",
    }),
});

interface HostSettings {
  /** Folder for inventories, holds, records and logs of processes. */
  readonly stateDir: string;
  /** Variables of the controller that applications of projects with `hostPaths` may refer to. Default none. */
  readonly secretEnv: readonly string[];
}

/** @throws FairleadError `host.settings-invalid` */
export function readSettings(
  name: string,
  settings: JsonObject,
  machine: { readonly isRoot: boolean; readonly env: Readonly<Record<string, string | undefined>> },
): HostSettings {
  const parsed = hostSettings.safeParse(settings);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalidSettings(name, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  return {
    stateDir: parsed.data.stateDir ?? defaultStateDir(machine),
    secretEnv: parsed.data.secretEnv ?? [],
  };
}

function invalidSettings(name: string, what: string): FairleadError {
  return settingsInvalid({ message: `Target/${name}: ${what}`, resource: `Target/${name}` });
}

/** `/var/lib/fairlead` for root; else by the XDG Base Directory Specification, which asks to ignore relative paths. */
function defaultStateDir(machine: {
  readonly isRoot: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}): string {
  if (machine.isRoot) return '/var/lib/fairlead';
  const given = machine.env['XDG_STATE_HOME'] ?? '';
  const base = isAbsolute(given)
    ? given
    : join(machine.env['HOME'] ?? homedir(), '.local', 'state');
  return join(base, 'fairlead', 'host');
}
