import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isSurelyUntouched } from './fine-times.ts';
import { lstatExact, openFolder, replaceFile, signatureOf } from './files.ts';
import type { Stats } from './files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-times-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function put(name: string): Promise<{ readonly written: Stats; readonly now: Stats }> {
  const opened = await openFolder(folder);
  try {
    const options = { mode: 0o644, temporary: `.${name}.tmp`, exclusive: true };
    const written = await replaceFile(opened, name, 'one', options);
    return { written, now: await lstatExact(join(folder, name)) };
  } finally {
    await opened.close();
  }
}

test('a change of the same length, right after a file was said to be surely untouched, gives it another signature', async () => {
  for (let at = 0; at < 200; at += 1) {
    const { written, now } = await put(`f${at}`);
    const isSure = isSurelyUntouched(written, now);
    writeFileSync(join(folder, `f${at}`), 'two');
    const changed = await lstatExact(join(folder, `f${at}`));
    expect(isSure && signatureOf(changed) === signatureOf(now), `file ${at}`).toBe(false);
  }
});

test('a file that somebody wrote to since is never said to be untouched', async () => {
  for (let at = 0; at < 20; at += 1) {
    const { written } = await put(`f${at}`);
    writeFileSync(join(folder, `f${at}`), 'three');
    expect(isSurelyUntouched(written, await lstatExact(join(folder, `f${at}`)))).toBe(false);
  }
});

test('times that are a tick apart say nothing', async () => {
  const { written } = await put('f');
  const dev = 4_242n;
  const at = (ns: bigint): Stats => ({ ...written, dev, ctimeNs: written.ctimeNs + ns });
  const before = at(0n);
  expect(isSurelyUntouched(before, at(0n))).toBe(false);
  expect(isSurelyUntouched(before, at(1_000_000n))).toBe(false);
  expect(isSurelyUntouched(before, at(4_000_000n))).toBe(false);
  expect(isSurelyUntouched(before, at(20_000n))).toBe(true);
  // Now it is known of the device.
  expect(isSurelyUntouched(before, at(4_000_000n))).toBe(true);
});
