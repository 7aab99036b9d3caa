import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { compileEngines } from './render/compile.ts';
import { findGo } from './render/go.ts';

/**
 * `npm run build:render`: compiles engines/render and writes the compressed module with its digest to src/.
 * `--quick` compresses little, which is for trying out, not for committing.
 * `--check` compiles it anew and compares; without the Go that it was made with, it says so and compares the digest alone.
 */

/** What is known of the committed module. */
interface Digest {
  readonly sha256: string;
  readonly bytes: number;
  /** The toolchain; another one gives other bytes. */
  readonly go: string;
}

const folder = join(import.meta.dirname, '../src/render/sandbox');
const isQuick = process.argv.includes('--quick');
const moduleFile = join(folder, 'engine.wasm.br');
const digestFile = join(folder, 'engine.json');

process.exitCode = await (process.argv.includes('--check') ? check() : build());

async function build(): Promise<number> {
  const go = findGo();
  if (go === undefined) {
    console.error('Go is not there: install it, or name it in FAIRLEAD_GO.');
    return 1;
  }
  const module = await compileEngines(go);
  const compressed = brotliCompressSync(module, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: isQuick ? 1 : constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: module.length,
    },
  });
  const digest: Digest = { sha256: sha256(module), bytes: module.length, go: go.version };
  writeFileSync(moduleFile, compressed);
  writeFileSync(digestFile, `${JSON.stringify(digest, null, 2)}\n`);
  console.log(`${moduleFile}: ${module.length} bytes, ${compressed.length} compressed`);
  return 0;
}

async function check(): Promise<number> {
  const digest = JSON.parse(readFileSync(digestFile, 'utf8')) as Digest;
  const committed = brotliDecompressSync(readFileSync(moduleFile));
  if (sha256(committed) !== digest.sha256) {
    console.error(`${moduleFile} is not what ${digestFile} says; run \`npm run build:render\`.`);
    return 1;
  }
  // Go fetches the toolchain that is named here when it is not this one.
  process.env['GOTOOLCHAIN'] = digest.go;
  const go = findGo();
  if (go?.version !== digest.go) {
    console.log(`not rebuilt: made with ${digest.go}, here is ${go?.version ?? 'no Go'}`);
    return 0;
  }
  const rebuilt = sha256(await compileEngines(go));
  if (rebuilt !== digest.sha256) {
    console.error('engines/render gives another module; run `npm run build:render`.');
    return 1;
  }
  console.log(`rebuilt with ${go.version}: sha256 ${rebuilt}, as committed`);
  return 0;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
