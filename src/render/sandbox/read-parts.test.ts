import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readParts } from './read-parts.ts';
import type { EngineDigest } from './read-parts.ts';
import { splitModule } from './split.ts';
import type { EngineParts } from './split.ts';
import { sectionIds, signed, unsigned, writeSections } from './wasm-binary.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-parts-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A stretch of the start state: flags, `i32.const` with the address, `end`, and the bytes. */
const stretch = (at: number, bytes: readonly number[]): readonly number[] => [
  0,
  0x41,
  ...signed(BigInt(at)),
  0x0b,
  ...unsigned(bytes.length),
  ...bytes,
];

const module = writeSections(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), [
  { id: sectionIds.memory, content: Uint8Array.of(1, 0, 1) },
  { id: 0, content: Uint8Array.from({ length: 200 }, (_, at) => at % 7) },
  { id: sectionIds.dataCount, content: Uint8Array.of(2) },
  {
    id: sectionIds.data,
    content: Uint8Array.from([2, ...stretch(16, [1, 2, 3]), ...stretch(70_000, [4, 5])]),
  },
  { id: 0, content: Uint8Array.of(1, 120) },
]);
const digest: EngineDigest = {
  sha256: createHash('sha256').update(module).digest('hex'),
  bytes: module.length,
};

async function read(bytes: Uint8Array): Promise<EngineParts | null> {
  const path = join(folder, 'module.wasm');
  writeFileSync(path, bytes);
  await using file = await open(path);
  return await readParts(file, digest);
}

test('a module is read as the halves that it is taken apart into', async () => {
  const parts = await read(module);
  expect(parts).toEqual(splitModule(module));
  expect(parts?.state.stretches).toEqual([
    { at: 16, bytes: Uint8Array.of(1, 2, 3) },
    { at: 70_000, bytes: Uint8Array.of(4, 5) },
  ]);
  await expect(WebAssembly.compile(parts?.code ?? new Uint8Array())).resolves.toBeDefined();
});

test('a file with any other byte is not taken', async () => {
  for (let at = 0; at < module.length; at += 1) {
    const damaged = Uint8Array.from(module);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect(await read(damaged).catch(() => null)).toBeNull();
  }
});

test('a file that is too short or too long is not taken', async () => {
  expect(await read(module.subarray(0, -1))).toBeNull();
  expect(await read(new Uint8Array([...module, 0]))).toBeNull();
  expect(await read(new Uint8Array())).toBeNull();
});
