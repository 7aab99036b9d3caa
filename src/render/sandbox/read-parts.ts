import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { isStateSection, stateOf } from './split.ts';
import type { EngineParts } from './split.ts';
import { headerBytes, readUnsigned, sectionIds } from './wasm-binary.ts';

/** A kind and a length of 32 bits in the LEB128 form. */
const maxSectionHeaderBytes = 6;

/** What the build says about the module that is shipped. */
export interface EngineDigest {
  /** Of the decompressed module. */
  readonly sha256: string;
  readonly bytes: number;
}

interface Part {
  /** What stands before the content: the module's own header, or that of a section. */
  readonly header: Uint8Array;
  /** `null`: the module's own header, which nothing follows. */
  readonly id: number | null;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Reads a module from a file with its start state taken out, see `splitModule`. Each half is read to where it stays: as a
 * whole, and then taken apart, the module would be there twice for a moment.
 *
 * @returns `null` where the file does not have the digest.
 */
export async function readParts(
  file: FileHandle,
  digest: EngineDigest,
): Promise<EngineParts | null> {
  const { size } = await file.stat();
  const parts = size === digest.bytes ? await findParts(file, size) : null;
  if (parts === null) return null;
  const isState = ({ id }: Part): boolean => id !== null && isStateSection(id);
  const codeBytes = parts
    .filter((part) => !isState(part))
    .reduce((sum, { header, bytes }) => sum + header.length + bytes, 0);
  const code = new Uint8Array(codeBytes);
  let state: Uint8Array | null = null;
  let end = 0;
  const take = (bytes: number): Uint8Array => code.subarray(end, (end += bytes));
  const hash = createHash('sha256');
  for (const part of parts) {
    const { header, id, at, bytes } = part;
    let content: Uint8Array;
    if (!isState(part)) {
      take(header.length).set(header);
      content = take(bytes);
    } else if (id === sectionIds.data) {
      content = state = new Uint8Array(new SharedArrayBuffer(bytes));
    } else {
      content = new Uint8Array(bytes);
    }
    if (!(await fill(file, content, at))) return null;
    // What is used is what is hashed, whatever becomes of the file meanwhile.
    hash.update(header).update(content);
  }
  if (state === null || hash.digest('hex') !== digest.sha256) return null;
  return { code, state: stateOf(state) };
}

/** Where the sections are; `null`: it is no module. */
async function findParts(file: FileHandle, size: number): Promise<readonly Part[] | null> {
  const own = new Uint8Array(headerBytes);
  if (!(await fill(file, own, 0))) return null;
  const parts: Part[] = [{ header: own, id: null, at: headerBytes, bytes: 0 }];
  for (let at = headerBytes; at < size;) {
    const begin = new Uint8Array(Math.min(maxSectionHeaderBytes, size - at));
    if (!(await fill(file, begin, at))) return null;
    const { value, end } = readUnsigned(begin, 1);
    const content = at + end;
    if (content + value > size) return null;
    parts.push({ header: begin.subarray(0, end), id: begin[0] ?? 0, at: content, bytes: value });
    at = content + value;
  }
  return parts;
}

/** @returns whether there was that much. */
async function fill(file: FileHandle, bytes: Uint8Array, at: number): Promise<boolean> {
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, at + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
