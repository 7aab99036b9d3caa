import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { Clock } from '../../system/clock.ts';
import { engineDamaged } from '../errors.ts';
import { createKeptModules } from './kept-modules.ts';
import type { Snapshot } from './snapshot.ts';
import { readParts } from './read-parts.ts';
import type { EngineDigest } from './read-parts.ts';
import { splitModule } from './split.ts';
import type { EngineParts } from './split.ts';

/** The engines, compiled, and the state that instances begin with. */
export interface EngineModule {
  readonly module: WebAssembly.Module;
  readonly state: Snapshot;
}

/** Reads what the build says; the digest is the engine's identity in cache keys. */
export async function readEngineDigest(): Promise<EngineDigest> {
  return JSON.parse(
    await readFile(new URL('./engine.json', import.meta.url), 'utf8'),
  ) as EngineDigest;
}

/**
 * The engines' module, compiled. Decompressing takes longer than compiling, so the decompressed form is kept in
 * `cacheDirectory`/engine; what is found there counts only if it has the digest of what was shipped. `null`: keep nothing.
 *
 * @throws FairleadError `render.engine-damaged` when the shipped file is not what the build made.
 */
export async function loadEngine(
  cacheDirectory: string | null,
  clock: Pick<Clock, 'nowMs'>,
): Promise<EngineModule> {
  const digest = await readEngineDigest();
  const kept =
    cacheDirectory === null ? null : createKeptModules(join(cacheDirectory, 'engine'), clock);
  const found = await kept?.read(digest.sha256, (file) => readParts(file, digest));
  if (found != null) return compile(found);
  const shipped = await readFile(new URL('./engine.wasm.br', import.meta.url));
  const module = await decompress(shipped, digest.bytes);
  if (module === null || !matches(module, digest)) {
    throw engineDamaged({
      message: 'engine.wasm.br does not have the digest that it was made with',
    });
  }
  await kept?.keep(digest.sha256, module);
  const parts = splitModule(module);
  module.buffer.transfer(0);
  return compile(parts);
}

async function compile({ code, state }: EngineParts): Promise<EngineModule> {
  const module = await WebAssembly.compile(code);
  // The module has a copy. Ours would stay until the next collection of garbage, which an idle process does not need.
  code.buffer.transfer(0);
  return { module, state };
}

async function decompress(bytes: Buffer, size: number): Promise<Buffer<ArrayBuffer> | null> {
  try {
    return await promisify(brotliDecompress)(bytes, { maxOutputLength: size });
  } catch {
    return null;
  }
}

function matches(bytes: Uint8Array, { sha256, bytes: size }: EngineDigest): boolean {
  return bytes.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;
}
