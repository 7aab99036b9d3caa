import { readFile } from 'node:fs/promises';
import type { SourceAuth } from '../model/config.ts';
import { failure, success, type Result } from '../model/result.ts';
import { credentialMissing, urlInvalid } from './errors.ts';
import { sshCommand, type Environment } from './git-environment.ts';
import type { GitAccess } from './git.ts';
import type { RemoteUrl } from './url.ts';

/**
 * Answers Git's question for credentials from two variables. The shell prints with its own `printf`, so the token is in no
 * argument list; Git asks this helper for the origin that it is configured for only.
 */
const helper =
  '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$FAIRLEAD_GIT_USERNAME" "$FAIRLEAD_GIT_PASSWORD"; }; f';

/**
 * Turns the `auth` of a source into what Git needs, reading the secret now, so that a rotated one is used from the next call on.
 * Fails with `source.credential-missing`.
 */
export async function gitAccess(
  remote: RemoteUrl,
  auth: SourceAuth | null,
  environment: Environment,
): Promise<Result<GitAccess>> {
  if (auth === null) {
    return success({ settings: [], variables: {}, secrets: [], ownCredentials: true });
  }
  switch (auth.kind) {
    case 'token': {
      if (remote.kind !== 'http') {
        return failure(
          urlInvalid({
            message: `a token is for http(s), and ${remote.url} is not`,
            resource: remote.url,
            hint: 'Use an https:// URL with a token, or an SSH key with an ssh URL.',
          }),
        );
      }
      const token = await readToken(auth, environment);
      if (!token.ok) return token;
      return success({
        settings: [
          ['credential.helper', ''],
          [`credential.${remote.origin}.helper`, helper],
        ],
        variables: { FAIRLEAD_GIT_USERNAME: auth.username, FAIRLEAD_GIT_PASSWORD: token.value },
        secrets: [token.value],
        ownCredentials: false,
      });
    }
    case 'ssh': {
      const readable = await readSecret(auth.keyFile, 'SSH key');
      if (!readable.ok) return readable;
      const knownHosts =
        auth.knownHostsFile === undefined
          ? ''
          : ` -o UserKnownHostsFile=${shellQuote(sshPath(auth.knownHostsFile))} -o GlobalKnownHostsFile=/dev/null`;
      return success({
        settings: [],
        variables: {
          GIT_SSH_COMMAND:
            `${sshCommand} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o IdentityAgent=none` +
            ` -i ${shellQuote(auth.keyFile)}${knownHosts}`,
          GIT_SSH_VARIANT: 'ssh',
        },
        secrets: [],
        ownCredentials: false,
      });
    }
  }
}

/** The token of a source, read now. Fails with `source.credential-missing`. */
export async function readToken(
  auth: Extract<SourceAuth, { kind: 'token' }>,
  environment: Environment,
): Promise<Result<string>> {
  let token: string;
  let from: string;
  if (auth.fromEnv !== undefined) {
    from = `environment variable ${auth.fromEnv}`;
    token = environment[auth.fromEnv]?.trim() ?? '';
  } else if (auth.fromFile !== undefined) {
    from = `file ${auth.fromFile}`;
    const text = await readSecret(auth.fromFile, 'token');
    if (!text.ok) return text;
    token = text.value.trim();
  } else {
    from = 'auth';
    token = '';
  }
  if (token === '') return failure(credentialMissing({ message: `${from} holds no token` }));
  // Git's credential protocol is made of lines: one more line would be one more answer.
  if (/\p{Cc}/u.test(token + auth.username)) {
    return failure(
      credentialMissing({ message: `${from} holds more than one line, or a control character` }),
    );
  }
  return success(token);
}

async function readSecret(path: string, what: string): Promise<Result<string>> {
  try {
    return success(await readFile(path, 'utf8'));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    return failure(
      credentialMissing({ message: `cannot read ${what} file ${path}: ${code}`, resource: path }),
    );
  }
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** ssh splits the values of file options at blanks and expands `%`; quotes and doubling keep a path whole. */
function sshPath(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
