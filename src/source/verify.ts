import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerifyConfig } from '../model/config.ts';
import type { FairleadError } from '../model/error.ts';
import { failure, success, type Result } from '../model/result.ts';
import { shortCommit } from '../model/revision.ts';
import { signatureMissing, signatureToolMissing, signatureUntrusted } from './errors.ts';
import type { Git } from './git.ts';
import type { GitSetting } from './git-environment.ts';
import { gitFailure } from './git-failure.ts';
import type { Mirror } from './mirror.ts';

/**
 * Verifies the signatures of every commit after `since` up to `tip`; of `tip` alone when `since` is `null`.
 *
 * The trusted keys are put into a fresh, private key ring, so that nobody's own key ring, trust database or key server takes
 * part, and a signature of the other kind never counts.
 *
 * @returns `null` when all are good, else why the first one (in order of history) is not.
 */
export async function verifyCommits(
  git: Git,
  mirror: Mirror,
  verify: VerifyConfig,
  since: string | null,
  tip: string,
  signal: AbortSignal,
): Promise<Result<FairleadError | null>> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-verify-'));
  try {
    const noProgram = await writeNoProgram(folder);
    const trust =
      verify.kind === 'gpg'
        ? await gpgTrust(git, verify.keyFiles, folder, noProgram)
        : await sshTrust(verify.keyFiles, folder, noProgram);
    if (!trust.ok) return trust;
    const outcome = await mirror.git({
      arguments: [
        'log',
        '--topo-order',
        '--reverse',
        '-z',
        '--format=%H%n%G?%n%GF%n%GS',
        ...(since === null ? ['--max-count=1', tip] : [`${since}..${tip}`]),
        '--',
      ],
      settings: trust.value.settings,
      variables: trust.value.variables,
      timeoutMs: 600_000,
      signal,
    });
    if (outcome.ended === 'exited' && outcome.exitCode === null) {
      // A verifier that ends before it has read all that Git tells it takes Git down with it (SIGPIPE).
      const message = `a signature up to commit ${shortCommit(tip)} cannot be checked`;
      return success(signatureUntrusted({ message, resource: mirror.remote.url }));
    }
    if (outcome.exitCode !== 0) {
      return failure(gitFailure(outcome, { doing: `verify ${tip}`, resource: mirror.remote.url }));
    }
    for (const record of outcome.stdout.toString('utf8').split('\0')) {
      if (record === '') continue;
      const problem = judgeSignature(record, verify.kind, mirror.remote.url);
      if (problem !== null) return success(problem);
    }
    return success(null);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the letters of `%G?` say. https://git-scm.com/docs/git-log#Documentation/git-log.txt-emG */
const reasons: Readonly<Record<string, string>> = {
  B: 'has a bad signature',
  U: 'is signed by a key that is not trusted',
  X: 'has a signature that has expired',
  Y: 'is signed by a key that has expired',
  R: 'is signed by a key that was revoked',
  E: 'is signed by a key that is not trusted',
};

const keyNames = { gpg: 'a GPG key', ssh: 'an SSH key' } as const;

function judgeSignature(
  record: string,
  kind: VerifyConfig['kind'],
  resource: string,
): FairleadError | null {
  const [commit = '', letter = '', key = ''] = record.split('\n');
  const which = `commit ${shortCommit(commit)}`;
  if (letter === 'G') return null;
  if (letter === 'N' || letter === '') {
    return signatureMissing({ message: `${which} is not signed with ${keyNames[kind]}`, resource });
  }
  const by = key === '' ? '' : ` (${key})`;
  const message = `${which} ${reasons[letter] ?? 'has a signature that cannot be checked'}${by}`;
  return signatureUntrusted({ message, resource });
}

interface Trust {
  readonly settings: readonly GitSetting[];
  readonly variables: Readonly<Record<string, string>>;
}

/** Stands for the verifiers of the other kinds: a signature that would need one is not good. It hears Git out. */
async function writeNoProgram(folder: string): Promise<string> {
  const path = join(folder, 'no-program');
  await writeFile(path, '#!/bin/sh\ncat > /dev/null\nexit 1\n', { mode: 0o700 });
  return path;
}

async function gpgTrust(
  git: Git,
  keyFiles: readonly string[],
  folder: string,
  noProgram: string,
): Promise<Result<Trust>> {
  const keys = await readKeys(keyFiles);
  if (!keys.ok) return keys;
  // Being in this key ring is what makes a key trusted; nothing is fetched from anywhere.
  await writeFile(
    join(folder, 'gpg.conf'),
    'trust-model always\nno-auto-key-retrieve\nno-auto-key-locate\n',
  );
  const variables = { GNUPGHOME: folder };
  for (const text of keys.value) {
    const imported = await git.runProgram('gpg', {
      arguments: ['--batch', '--quiet', '--no-autostart', '--import'],
      variables,
      input: text,
    });
    if (imported.exitCode !== 0) {
      const message = `gpg cannot read the trusted keys: ${imported.stderr.trim().slice(0, 300)}`;
      return failure(signatureToolMissing({ message, resource: keyFiles.join(', ') }));
    }
  }
  return success({
    settings: [
      ['gpg.program', 'gpg'],
      ['gpg.openpgp.program', 'gpg'],
      ['gpg.x509.program', noProgram],
      ['gpg.ssh.program', noProgram],
      ['gpg.ssh.allowedSignersFile', '/dev/null'],
    ],
    variables,
  });
}

async function sshTrust(
  keyFiles: readonly string[],
  folder: string,
  noProgram: string,
): Promise<Result<Trust>> {
  const keys = await readKeys(keyFiles);
  if (!keys.ok) return keys;
  const signers = join(folder, 'allowed_signers');
  await writeFile(signers, `${keys.value.map(asAllowedSigners).join('\n')}\n`);
  return success({
    settings: [
      ['gpg.program', noProgram],
      ['gpg.openpgp.program', noProgram],
      ['gpg.x509.program', noProgram],
      ['gpg.ssh.program', 'ssh-keygen'],
      ['gpg.ssh.allowedSignersFile', signers],
      ['gpg.ssh.revocationFile', ''],
    ],
    variables: { GNUPGHOME: folder },
  });
}

/** A plain public key (`ssh-ed25519 AAAA… comment`) among allowed signers counts for everybody. */
function asAllowedSigners(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      /^\s*(ssh-|ecdsa-|sk-)\S+\s+AAAA/.test(line) ? `* namespaces="git" ${line.trim()}` : line,
    )
    .join('\n');
}

async function readKeys(paths: readonly string[]): Promise<Result<readonly string[]>> {
  const texts: string[] = [];
  for (const path of paths) {
    try {
      texts.push(await readFile(path, 'utf8'));
    } catch (cause) {
      const message = `cannot read key file ${path}: ${(cause as NodeJS.ErrnoException).code}`;
      return failure(signatureToolMissing({ message, resource: path, cause }));
    }
  }
  return success(texts);
}
