import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Seals bytes for a folder that others may come to read or write: nobody reads them without the key, and what was
 * changed, cut off or put under another name is not opened. AES-256-GCM; a text that is sealed twice looks different.
 */
export interface Box {
  /** @param name What the bytes belong to; they open under no other. */
  seal(name: string, bytes: Uint8Array): Buffer;
  /** `null`: not what was sealed under this name. */
  open(name: string, sealed: Uint8Array): Buffer | null;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * @param secret Of the installation.
 * @param purpose Boxes of different purposes do not open what others sealed.
 */
export function createBox(secret: Uint8Array, purpose: string): Box {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `fairlead ${purpose}`, 32));
  return {
    seal: (name, bytes) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce);
      cipher.setAAD(Buffer.from(name));
      const body = cipher.update(bytes);
      cipher.final();
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open: (name, sealed) => {
      if (sealed.length < nonceBytes + tagBytes) return null;
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(name));
      decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        return Buffer.concat([
          decipher.update(sealed.subarray(nonceBytes + tagBytes)),
          decipher.final(),
        ]);
      } catch {
        return null;
      }
    },
  };
}
