import type { ZlibOptions } from 'node:zlib';

/** What is smaller is packed with little memory. */
const smallBytes = 16 * 1024;

/**
 * For what is packed a thousand times, a few kilobytes each: by default zlib takes 256 KiB for every call, which the system
 * has to find and clear, and which counts as garbage. A window of 4 KiB makes texts of this size no larger that say much the same again
 * and again. Whoever unpacks it needs no settings (RFC 1951, RFC 1952).
 */
const small: ZlibOptions = { windowBits: 12, memLevel: 5, chunkSize: 4_096 };

/** How text of this many bytes is deflated. */
export function deflateSettings(bytes: number): ZlibOptions {
  return bytes < smallBytes ? small : {};
}
