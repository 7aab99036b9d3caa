import { resolve } from 'node:path';
import type { RepositoryOptions } from '../../compose.ts';
import type { SourceAuth, VerifyConfig } from '../../model/config.ts';
import type { OptionSpec } from '../description.ts';
import type { Context } from '../context.ts';
import { usage } from '../errors.ts';
import type { Input } from '../input.ts';

/**
 * How the repository with the configuration is reached and trusted. Other sources say it in their `Source`; this one
 * cannot, because whoever may write to it could take the demand for signatures away.
 */
export const repositoryOptions: readonly OptionSpec[] = [
  {
    flags: '--token-env <variable>',
    description: 'Environment variable with a token for the repository (https)',
  },
  {
    flags: '--token-file <file>',
    description: 'File with a token for the repository (https); read anew for every fetch',
    completion: { kind: 'file' },
  },
  {
    flags: '--verify-gpg <file>',
    description: 'Demand that its commits are signed by one of the GPG keys in this file',
    completion: { kind: 'file' },
  },
  {
    flags: '--verify-ssh <file>',
    description: 'Demand that its commits are signed by one of the SSH keys in this file',
    completion: { kind: 'file' },
  },
];

/** @throws FairleadError `cli.usage` where two options exclude each other */
export function trustOf(
  context: Context,
  input: Input,
): Pick<RepositoryOptions, 'auth' | 'verify'> {
  const file = (name: string): string | undefined => {
    const given = input.text(name);
    return given === null ? undefined : resolve(context.globals.directory, given);
  };
  const fromEnv = input.text('tokenEnv') ?? undefined;
  const fromFile = file('tokenFile');
  const gpg = file('verifyGpg');
  const ssh = file('verifySsh');
  if (fromEnv !== undefined && fromFile !== undefined) throw both('--token-env', '--token-file');
  if (gpg !== undefined && ssh !== undefined) throw both('--verify-gpg', '--verify-ssh');
  const auth: SourceAuth | null =
    fromEnv === undefined && fromFile === undefined
      ? null
      : { kind: 'token', username: 'git', fromEnv, fromFile };
  let verify: VerifyConfig | null = null;
  if (gpg !== undefined) verify = { kind: 'gpg', keyFiles: [gpg] };
  if (ssh !== undefined) verify = { kind: 'ssh', keyFiles: [ssh] };
  return { auth, verify };
}

function both(one: string, other: string): Error {
  return usage({ message: `${one} and ${other} exclude each other`, hint: 'Give one of the two.' });
}
