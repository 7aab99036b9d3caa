import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { engineDamaged } from '../errors.ts';
import type { Snapshot } from './snapshot.ts';
import { splitModule } from './split.ts';

/** What the build says about the module that is shipped. */
export interface EngineDigest {
  /** Of the decompressed module. */
  readonly sha256: string;
  readonly bytes: number;
}

/** The engines, compiled, and the state that instances begin with. */
export interface EngineModule {
  readonly module: WebAssembly.Module;
  readonly state: Snapshot;
}

const suffix = '.wasm';

/** Reads what the build says; the digest is the engine's identity in cache keys. */
export async function readEngineDigest(): Promise<EngineDigest> {
  return JSON.parse(
    await readFile(new URL('./engine.json', import.meta.url), 'utf8'),
  ) as EngineDigest;
}

/**
 * The engines' module, compiled. Decompressing takes longer than compiling, so the decompressed form is kept in
 * `cacheDirectory`/engine under its digest; what is found there counts only if it has that digest. A folder that cannot
 * be written costs time, nothing else. `null`: keep nothing.
 *
 * @throws FairleadError `render.engine-damaged` when the shipped file is not what the build made.
 */
export async function loadEngine(cacheDirectory: string | null): Promise<EngineModule> {
  const digest = await readEngineDigest();
  const folder = cacheDirectory === null ? null : join(cacheDirectory, 'engine');
  const kept = folder === null ? null : join(folder, `${digest.sha256}${suffix}`);
  const found = kept === null ? null : await readIfThere(kept);
  if (found !== null && matches(found, digest)) return compile(found);
  const shipped = await readFile(new URL('./engine.wasm.br', import.meta.url));
  const module = await decompress(shipped, digest.bytes);
  if (module === null || !matches(module, digest)) {
    throw engineDamaged({
      message: 'engine.wasm.br does not have the digest that it was made with',
    });
  }
  if (kept !== null && folder !== null) await keep(folder, kept, module);
  return compile(module);
}

async function compile(bytes: Buffer<ArrayBuffer>): Promise<EngineModule> {
  const { code, state } = splitModule(bytes);
  bytes.buffer.transfer(0);
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

async function readIfThere(path: string): Promise<Buffer<ArrayBuffer> | null> {
  try {
    return await readFile(path);
  } catch {
    return null;
  }
}

/** Puts the module there whole or not at all, and takes away those of other versions. */
async function keep(directory: string, path: string, module: Uint8Array): Promise<void> {
  const partial = join(directory, `${randomUUID()}.partial`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const old = await readdir(directory);
    await writeFile(partial, module, { mode: 0o600 });
    await rename(partial, path);
    for (const name of old.filter((one) => one.endsWith(suffix))) {
      if (join(directory, name) !== path) await rm(join(directory, name), { force: true });
    }
  } catch {
    await rm(partial, { force: true }).catch(() => {});
  }
}
