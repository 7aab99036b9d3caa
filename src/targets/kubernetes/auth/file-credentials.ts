import { readFileSync } from 'node:fs';
import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import { credentialsUnreadable } from './errors.ts';
import { sameCredential } from './credentials.ts';
import type { Credential, Credentials } from './credentials.ts';

/**
 * How long what was read counts. Half of the time between a kubelet's renewal of a service account token and the end
 * of the old one, as client-go has it.
 */
const validMs = 50_000;

/** Data in place, or a file that may change. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string };

interface FileCredentialsOptions {
  /** A bearer token. */
  readonly token?: Content | undefined;
  /** Counts while the token's file was not read yet, or cannot be. */
  readonly firstToken?: string | undefined;
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  readonly certificate?: { readonly cert: Content; readonly key: Content } | undefined;
  readonly clock: Clock;
}

/** Tokens, certificates and passwords of a kubeconfig or a service account. Files are read again now and then, and when the server refuses. */
export function createFileCredentials(options: FileCredentialsOptions): Credentials {
  const { token, firstToken, basic, certificate, clock } = options;
  let known: { readonly credential: Credential; readonly atMs: number } | null = null;

  const read = (): Credential => {
    const bearer = token === undefined ? undefined : readToken(token, firstToken);
    return {
      authorization:
        bearer !== undefined
          ? `Bearer ${bearer}`
          : basic !== undefined
            ? `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`
            : null,
      certificate:
        certificate === undefined
          ? null
          : { cert: contentOf(certificate.cert), key: contentOf(certificate.key) },
    };
  };
  const refresh = (): Credential => {
    try {
      known = { credential: read(), atMs: clock.monotonicMs() };
    } catch (thrown) {
      // A file that is replaced may be away for a moment: what was there is good until the server says otherwise.
      if (known === null) throw thrown;
      known = { ...known, atMs: clock.monotonicMs() };
    }
    return known.credential;
  };

  return {
    current: async () =>
      known !== null && clock.monotonicMs() - known.atMs < validMs ? known.credential : refresh(),
    renew: async (used) => !sameCredential(used, refresh()),
  };
}

function readToken(token: Content, first: string | undefined): string {
  try {
    const text = contentOf(token).trim();
    if (text !== '') return text;
    throw credentialsUnreadable({
      message: `${placeOf(token)} is empty`,
      resource: placeOf(token),
    });
  } catch (thrown) {
    if (first === undefined) throw thrown;
    return first;
  }
}

function placeOf(content: Content): string {
  return content.kind === 'file' ? content.path : 'token';
}

/** @throws FairleadError `kubernetes.credentials-unreadable` */
export function contentOf(content: Content): string {
  if (content.kind === 'text') return content.text;
  try {
    return readFileSync(content.path, 'utf8');
  } catch (thrown) {
    throw credentialsUnreadable({
      message: `${content.path} cannot be read: ${errorCode(thrown)}`,
      resource: content.path,
      cause: thrown,
    });
  }
}
