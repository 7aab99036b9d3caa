import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readSections, readUnsigned, sectionIds } from '../../src/render/sandbox/wasm-binary.ts';

/** The engine that is committed, as it is shipped. */

const folder = join(import.meta.dirname, '../../src/render/sandbox');
const file = join(folder, 'engine.wasm.br');
const module = brotliDecompressSync(readFileSync(file));
const said = JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')) as {
  readonly sha256: string;
  readonly bytes: number;
};

test('the committed engine has the digest that is committed with it, and at most 10 MiB', () => {
  expect(createHash('sha256').update(module).digest('hex')).toBe(said.sha256);
  expect(module.length).toBe(said.bytes);
  expect(statSync(file).size).toBeLessThanOrEqual(10 * 2 ** 20);
});

test('its memory has a maximum of 256 MiB in the module itself', () => {
  const [memory] = readSections(module).filter(({ id }) => id === sectionIds.memory);
  const content = memory?.content ?? new Uint8Array();
  // One memory, with a maximum: https://webassembly.github.io/spec/core/binary/types.html#limits
  expect([content[0], content[1]]).toEqual([1, 1]);
  const minimum = readUnsigned(content, 2);
  expect(readUnsigned(content, minimum.end).value * 65_536).toBe(256 * 2 ** 20);
});
