import type { Sealer } from '../../../model/sealed.ts';
import { isSealed } from '../../../model/sealed.ts';
import type { Json } from '../../../model/json.ts';
import type { Found } from './content.ts';

/**
 * Identity of a file: its path and what is written in it. The content of a secret file stands in it as a keyed
 * digest, because a plain one could be guessed from.
 */
export function fileUid(
  path: string,
  found: Exclude<Found, { kind: 'absent' }>,
  secret: boolean,
  sealer: Sealer,
): string {
  switch (found.kind) {
    case 'file':
      return `${path}#${secret ? sealedText(sealContent(sealer, found.digest)) : found.digest}`;
    case 'symlink':
      return `${path}#symlink:${found.stats.ino}`;
    case 'other':
      return `${path}#${found.type}:${found.stats.ino}`;
  }
}

/** Whether a recorded identity is of this very thing. */
export function isUidOf(
  uid: string,
  path: string,
  found: Exclude<Found, { kind: 'absent' }>,
  sealer: Sealer,
): boolean {
  return uid === fileUid(path, found, isSecretUid(uid), sealer);
}

/** Whether the identity was recorded for a file with secret content. */
export function isSecretUid(uid: string | null): boolean {
  return uid !== null && /#hmac:[^:]*:[0-9a-f]+$/.test(uid);
}

/** A secret file's content as it stands in `fields`: a seal over its digest, so that no one need hold it whole. */
export function sealContent(sealer: Sealer, digest: string): Json {
  return sealer.seal(`file-content\n${digest}`);
}

function sealedText(sealed: Json): string {
  if (!isSealed(sealed)) throw new Error('the sealer gave something that is not sealed');
  return `hmac:${sealed.$sealed.keyId}:${sealed.$sealed.hmac}`;
}
