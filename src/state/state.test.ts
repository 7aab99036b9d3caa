import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from './state.ts';

let root: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fairlead-state-'));
  directory = join(root, 'state');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const work = () => openState({ directory, readOnly: false });

describe('a state folder', () => {
  test('is made for this user alone', async () => {
    await (await work()).close();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(directory)) {
      expect([name, (await stat(join(directory, name))).mode & 0o077]).toEqual([name, 0]);
    }
  });

  test('keeps its installation and its keys', async () => {
    const first = await work();
    const seal = first.sealer.seal('a password');
    await first.close();
    const second = await work();
    expect(second.installation).toBe(first.installation);
    expect(second.sealer.seal('a password')).toEqual(seal);
    expect(second.restored).toBe(false);
    await second.close();
  });

  test('is refused where everybody can write it, a file is in its place, or its parent is a file', async () => {
    await mkdir(directory);
    await chmod(directory, 0o777);
    await expect(work()).rejects.toMatchObject({ code: 'state.unusable' });
    await rm(directory, { recursive: true });
    await writeFile(directory, '');
    await expect(work()).rejects.toMatchObject({ code: 'state.unusable' });
    directory = join(directory, 'below');
    await expect(work()).rejects.toMatchObject({ code: 'state.unusable' });
  });
});

describe('what is missing', () => {
  test('keys beside a database are never made anew', async () => {
    await (await work()).close();
    await rm(join(directory, 'keys.json'));
    await expect(work()).rejects.toMatchObject({ code: 'state.keys-missing' });
    expect(await readdir(directory)).not.toContain('keys.json');
  });

  test('damaged keys are refused without quoting them', async () => {
    await (await work()).close();
    const keys = join(directory, 'keys.json');
    const text = await readFile(keys, 'utf8');
    const secret = /"secret": "([^"]+)"/.exec(text)?.[1] ?? 'none';
    for (const damaged of [text.slice(0, -20), text.replace('"k1",', '"k2",'), '[]', '']) {
      await writeFile(keys, damaged);
      const failed = await work().catch((thrown: unknown) => thrown);
      expect(failed).toMatchObject({ code: 'state.keys-unreadable' });
      expect(String(failed)).not.toContain(secret);
    }
  });

  test('a database that is gone is made anew, and what is live waits for a person, also after a crash', async () => {
    const first = await work();
    await first.close();
    await rm(join(directory, 'fairlead.db'));
    const second = await work();
    expect(second.restored).toBe(true);
    await second.close();
    const third = await work();
    expect(third.restored).toBe(true);
    await third.clearRestored();
    await third.close();
    const fourth = await work();
    expect(fourth.restored).toBe(false);
    await fourth.close();
  });
});

describe('looking', () => {
  test('without an installation looks draw the same each time, and another folder has no part in it', async () => {
    const drawn = async (cacheDirectory: string): Promise<string> => {
      const looking = await openState({ directory, readOnly: true, cacheDirectory });
      const { entropy } = looking.seedOf({
        name: 'web',
        environment: 'dev',
        generation: 0,
        clockMs: null,
      });
      await looking.close();
      return Buffer.from(entropy).toString('hex');
    };
    const first = await drawn(join(root, 'cache'));
    expect(await drawn(join(root, 'cache'))).toBe(first);
    expect(await drawn(join(root, 'other'))).not.toBe(first);
    expect((await stat(join(root, 'cache', 'look-keys.json'))).mode & 0o077).toBe(0);
    await writeFile(join(root, 'cache', 'look-keys.json'), 'damaged');
    expect(await drawn(join(root, 'cache'))).not.toBe(first);
  });

  test('needs no lock, shows what is there, and changes nothing', async () => {
    const working = await work();
    await working.store.transaction((transaction) => transaction.putSetting('a', { b: 1 }));
    const before = await readdir(directory);
    const looking = await openState({ directory, readOnly: true });
    expect(looking.installation).toBe(working.installation);
    expect(await looking.store.setting('a')).toEqual({ b: 1 });
    await looking.store.transaction((transaction) => transaction.putSetting('a', { b: 2 }));
    await looking.close();
    expect(await working.store.setting('a')).toEqual({ b: 1 });
    expect(await readdir(directory)).toEqual(before);
    await working.close();
  });

  test('works where there is nothing, and leaves nothing', async () => {
    const looking = await openState({ directory, readOnly: true });
    expect(await looking.store.setting('a')).toBeNull();
    await looking.close();
    expect(await readdir(root)).toEqual([]);
  });
});
