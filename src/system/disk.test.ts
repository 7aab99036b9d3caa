import {
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { disks } from './disk.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(Object.entries(disks))('the disk, %s', (_, disk) => {
  test('writes a file whole, with its mode, and reads it back', async () => {
    const path = join(folder, 'file');
    const content = 'ä'.repeat(700_000);
    const out = await disk.open(path, 'wx', 0o600);
    await disk.write(out, content);
    await disk.chmod(out, 0o640);
    await disk.fsync(out);
    await disk.close(out);
    expect(readFileSync(path, 'utf8') === content).toBe(true);

    const fd = await disk.open(path, constants.O_RDONLY);
    const chunks: Buffer[] = [];
    for (;;) {
      const buffer = Buffer.alloc(1024 * 1024);
      const bytes = await disk.read(fd, buffer);
      if (bytes === 0) break;
      chunks.push(buffer.subarray(0, bytes));
    }
    const stats = await disk.fstat(fd);
    await disk.close(fd);
    expect(Buffer.concat(chunks).toString('utf8') === content).toBe(true);
    expect(stats.mode & 0o777n).toBe(0o640n);
  });

  test('tells that nothing is there without an error, also below what is no folder', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await disk.lstat(join(folder, 'none'))).toBeNull();
    expect(await disk.lstat(join(folder, 'file/below'))).toBeNull();
    expect(await disk.realPath(join(folder, 'none/below'))).toBeNull();
    expect(await disk.realPath(join(folder, 'file/below'))).toBeNull();
  });

  test('never takes what it may not see for nothing', async () => {
    symlinkSync('circle', join(folder, 'circle'));
    await expect(disk.realPath(join(folder, 'circle'))).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(disk.lstat(join(folder, 'circle/below'))).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('rejects with the code of the system instead of throwing', async () => {
    const missing = join(folder, 'none');
    const codes = await Promise.all(
      [
        disk.open(missing, 'r'),
        disk.readdir(missing),
        disk.rename(missing, join(folder, 'other')),
        disk.unlink(missing),
        disk.close(1_000_000),
      ].map((call) =>
        call.then(
          () => '',
          (error: NodeJS.ErrnoException) => error.code,
        ),
      ),
    );
    expect(codes).toEqual(['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT', 'EBADF']);
    const taken = join(folder, 'taken');
    writeFileSync(taken, '');
    await expect(disk.open(taken, 'wx')).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(disk.link(taken, taken)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  test('resolves symlinks, lists folders and makes them', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    const made = await disk.makeFolders(join(folder, 'link/a/b'));
    expect(made).toBe(join(folder, 'link/a'));
    expect(await disk.makeFolders(join(folder, 'link/a/b'))).toBeUndefined();
    expect(await disk.realPath(join(folder, 'link/a/b'))).toBe(
      join((await disk.realPath(folder)) ?? '', 'real/a/b'),
    );
    expect(await disk.readlink(join(folder, 'link'))).toBe('real');
    expect(await disk.readdir(folder)).toEqual(['link', 'real']);
  });
});
