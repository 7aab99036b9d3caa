import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Effect } from '../target.ts';
import { openParent } from './parent.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fairlead-parent-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

function effect(fence: () => Promise<void>): Effect {
  return {
    key: { application: 'web', environment: 'dev' },
    applicationUid: 'u-1',
    id: { group: 'host.fairlead.dev', kind: 'File', namespace: '', name: 'a' },
    uid: null,
    locator: {},
    fence,
    signal: new AbortController().signal,
    timeoutMs: 10_000,
  };
}

test('files that go into one new folder at the same time have it made once', async () => {
  let fences = 0;
  const open = (name: string) =>
    openParent(
      join(root, 'a/b', name),
      [],
      effect(async () => {
        fences += 1;
      }),
      'File/a',
    );
  const folders = await Promise.all(['x', 'y', 'z'].map(open));
  for (const folder of folders) {
    expect(await folder.realPath()).toBe(join(root, 'a/b'));
    await folder.close();
  }
  expect(fences).toBe(1);
});

test('who waits for a folder that another may not make makes it by its own right', async () => {
  const refused = openParent(
    join(root, 'a', 'x'),
    [],
    effect(() => Promise.reject(new Error('another writer took over'))),
    'File/a',
  );
  const allowed = openParent(
    join(root, 'a', 'y'),
    [],
    effect(async () => {}),
    'File/b',
  );
  await expect(refused).rejects.toThrow('another writer took over');
  await (await allowed).close();
  expect(await readdir(root)).toEqual(['a']);
});

test('who waits for a folder keeps to the limits of its own project', async () => {
  const allowed = openParent(
    join(root, 'a', 'x'),
    [],
    effect(async () => {}),
    'File/a',
  );
  const outside = openParent(
    join(root, 'a', 'y'),
    [join(root, 'b')],
    effect(async () => {}),
    'File/b',
  );
  await expect(outside).rejects.toMatchObject({ code: 'target.not-permitted' });
  await (await allowed).close();
});
