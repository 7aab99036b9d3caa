import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeptModules } from './kept-modules.ts';

const dayMs = 24 * 60 * 60_000;

let top: string;
let folder: string;
let nowMs: number;
const clock = { nowMs: () => nowMs };
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'fairlead-kept-'));
  folder = join(top, 'engine');
  nowMs = Date.UTC(2026, 5, 1);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const digestOf = (version: string): string => createHash('sha256').update(version).digest('hex');

/** One version of the program: it takes its module from the folder, or has to make it first. */
async function start(version: string): Promise<'found' | 'made'> {
  const kept = createKeptModules(folder, clock);
  const found = await kept.read(digestOf(version), (file) => file.readFile());
  if (found?.equals(Buffer.from(version)) === true) return 'found';
  await kept.keep(digestOf(version), Buffer.from(version));
  return 'made';
}

const kept = (...versions: readonly string[]): readonly string[] =>
  versions.filter((version) => readdirSync(folder).includes(`${digestOf(version)}.wasm`));

test('versions that take turns make each module once', async () => {
  expect([await start('a'), await start('b')]).toEqual(['made', 'made']);
  expect([await start('a'), await start('b'), await start('a')]).toEqual(Array(3).fill('found'));
});

test('the four modules that were used last are kept', async () => {
  for (const version of ['a', 'b', 'c', 'd']) {
    nowMs += 2 * dayMs;
    await start(version);
  }
  nowMs += 2 * dayMs;
  expect(await start('a')).toBe('found');
  nowMs += 2 * dayMs;
  await start('e');
  expect(kept('a', 'b', 'c', 'd', 'e')).toEqual(['a', 'c', 'd', 'e']);
});

test('a module that nobody used for 30 days goes when another is used', async () => {
  await start('old');
  await start('new');
  nowMs += 29 * dayMs;
  await start('new');
  expect(kept('old', 'new')).toEqual(['old', 'new']);
  nowMs += 2 * dayMs;
  await start('new');
  expect(kept('old', 'new')).toEqual(['new']);
});

test("modules from a time to come, as a wrong clock leaves them, are in nobody's way", async () => {
  nowMs += 400 * dayMs;
  for (const version of ['a', 'b', 'c', 'd']) await start(version);
  nowMs -= 400 * dayMs;
  expect([await start('e'), await start('e')]).toEqual(['made', 'found']);
});

test('what a process that was ended left half written goes, what is being written stays', async () => {
  await start('a');
  const partial = (name: string, ageMs: number): string => {
    const path = join(folder, `${name.repeat(8)}-0000-4000-8000-000000000000.partial`);
    writeFileSync(path, 'half');
    utimesSync(path, (nowMs - ageMs) / 1_000, (nowMs - ageMs) / 1_000);
    return path;
  };
  const [left, underway] = [partial('a', 2 * dayMs), partial('b', 60_000)];
  await start('b');
  const paths = readdirSync(folder).map((name) => join(folder, name));
  expect(paths).not.toContain(left);
  expect(paths).toContain(underway);
});

test('files that are none of ours stay', async () => {
  await start('a');
  writeFileSync(join(folder, 'notes.wasm'), '');
  nowMs += 40 * dayMs;
  await start('b');
  expect(readdirSync(folder)).toContain('notes.wasm');
  expect(kept('a')).toEqual([]);
});

test('processes that start together all get their module', async () => {
  const versions = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((version) => Array(4).fill(version));
  await Promise.all(versions.map(start));
  expect(kept('a', 'b', 'c', 'd', 'e', 'f').length).toBeLessThanOrEqual(4);
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('where nothing can be written everything is made anew, and nothing fails', async () => {
  writeFileSync(folder, 'a file in the place of the folder');
  expect([await start('a'), await start('a')]).toEqual(['made', 'made']);
});
