import {
  appendFile,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUp } from './backup.ts';
import { restore } from './restore.ts';
import { openState } from './state.ts';

const nowMs = Date.UTC(2026, 0, 2);
let root: string;
let from: string;
let to: string;
let file: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fairlead-backup-'));
  [from, to, file] = [join(root, 'from'), join(root, 'to'), join(root, 'backup')];
  const state = await openState({ directory: from, readOnly: false });
  await state.store.transaction((transaction) => transaction.putSetting('a', { b: 1 }));
  await state.close();
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const bringBack = (replace = false) => restore({ directory: to, file, replace, nowMs });

describe('a backup', () => {
  test('comes back whole, and is only looked at until a person has confirmed it', async () => {
    const report = await backUp(from, file, nowMs);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(report.bytes).toBe((await stat(file)).size);
    const restored = await bringBack();
    expect(restored).toMatchObject({
      installation: report.installation,
      madeAtMs: nowMs,
      movedTo: null,
    });
    const state = await openState({ directory: to, readOnly: false });
    expect(state.installation).toBe(report.installation);
    expect(state.restored).toBe(true);
    expect(await state.store.setting('a')).toEqual({ b: 1 });
    await state.close();
    expect(await readFile(join(to, 'keys.json'), 'utf8')).toBe(
      await readFile(join(from, 'keys.json'), 'utf8'),
    );
  });

  test('can be made while a controller works, and holds what was committed', async () => {
    const state = await openState({ directory: from, readOnly: false });
    await state.store.transaction((transaction) => transaction.putSetting('a', { b: 2 }));
    await backUp(from, file, nowMs);
    await state.close();
    await bringBack();
    const restored = await openState({ directory: to, readOnly: false });
    expect(await restored.store.setting('a')).toEqual({ b: 2 });
    await restored.close();
  });

  test('never goes over a file that is there, and leaves nothing half written', async () => {
    await writeFile(file, 'mine');
    await expect(backUp(from, file, nowMs)).rejects.toMatchObject({ code: 'state.backup-exists' });
    expect(await readFile(file, 'utf8')).toBe('mine');
    await expect(backUp(join(root, 'none'), join(root, 'x'), nowMs)).rejects.toMatchObject({
      code: 'state.nothing-to-back-up',
    });
    expect((await readdir(root)).toSorted()).toEqual(['backup', 'from']);
  });
});

describe('a restore', () => {
  test('refuses a folder that is taken, or moves what is there aside', async () => {
    await backUp(from, file, nowMs);
    const other = await openState({ directory: to, readOnly: false });
    await other.close();
    await expect(bringBack()).rejects.toMatchObject({ code: 'state.not-empty' });
    const { movedTo, installation } = await bringBack(true);
    expect(installation).not.toBe(other.installation);
    expect((await readdir(movedTo ?? '')).toSorted()).toContain('fairlead.db');
    expect(await readFile(join(movedTo ?? '', 'keys.json'), 'utf8')).toContain(other.installation);
  });

  test('refuses a folder that a controller works on', async () => {
    await backUp(from, file, nowMs);
    const other = await openState({ directory: to, readOnly: false });
    await expect(bringBack(true)).rejects.toMatchObject({ code: 'state.locked' });
    await other.close();
  });

  test('refuses one with a single bit that is another, and touches nothing', async () => {
    await backUp(from, file, nowMs);
    const whole = await readFile(file);
    const positions = [whole.indexOf('{"b":1}') + 5, whole.length >> 1, whole.length - 3];
    for (const position of positions) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(position) ^ 1, position);
      await writeFile(file, damaged);
      await expect(bringBack()).rejects.toMatchObject({ code: 'state.backup-invalid' });
    }
    expect(await readdir(root)).not.toContain('to');
    await writeFile(file, whole);
    await bringBack();
    // What is only for the backup does not stay in the database.
    const { size } = await stat(join(to, 'fairlead.db'));
    expect(size % 4_096).toBe(0);
  });

  test('refuses what is no backup, or a part of one, and touches nothing', async () => {
    await expect(bringBack()).rejects.toMatchObject({ code: 'state.backup-invalid' });
    await backUp(from, file, nowMs);
    const whole = await readFile(file);
    await truncate(file, Math.floor(whole.length / 2));
    await expect(bringBack()).rejects.toMatchObject({ code: 'state.backup-invalid' });
    await writeFile(file, 'apiVersion: v1\n');
    await appendFile(file, 'x'.repeat(8_192));
    await expect(bringBack()).rejects.toMatchObject({ code: 'state.backup-invalid' });
    await writeFile(file, await readFile(join(from, 'fairlead.db')));
    await expect(bringBack()).rejects.toMatchObject({ code: 'state.backup-invalid' });
    expect(await readdir(root)).not.toContain('to');
  });
});
