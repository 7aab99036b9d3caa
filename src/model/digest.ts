import { canonicalJson } from './json.ts';

/** SHA-256 of UTF-8 text or bytes, as 64 lower-case hexadecimal digits. An argument, because `model/` imports nothing. */
export type Hasher = (data: string | Uint8Array) => string;

/** `sha256:` and the hash of the canonical JSON of `value`, under a versioned prefix so that schemes never mix. */
export function digestOf(hash: Hasher, scheme: string, value: unknown): string {
  return `sha256:${hash(`${scheme}\n${canonicalJson(value)}`)}`;
}

/** The first twelve digits: what tables show and what `approve` accepts when it is unambiguous. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
