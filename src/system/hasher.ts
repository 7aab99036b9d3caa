import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { Hasher } from '../model/digest.ts';
import type { Sealer } from '../model/sealed.ts';

/** SHA-256 through Node's synchronous API: no thread pool, so that runs can repeat step by step. */
export const sha256: Hasher = (data) => hash('sha256', data, 'hex');

/** Seals values with HMAC-SHA-256 under the installation's key. `key` is 32 random bytes. */
export function createSealer(keyId: string, key: Uint8Array): Sealer {
  // Made once: with bytes, each value costs twice as much.
  const made = createSecretKey(key);
  return {
    keyId,
    seal: (value) => ({
      $sealed: { keyId, hmac: createHmac('sha256', made).update(value).digest('hex') },
    }),
  };
}
