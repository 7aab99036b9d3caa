import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Manifest } from '../../../model/resource.ts';
import { createBench, manifestOf, steps } from '../bench.testing.ts';
import type { Bench } from '../bench.testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await createBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const file = (spec: Readonly<Record<string, string>>): Manifest =>
  manifestOf('File', 'f', { path: bench.path('f'), content: 'x\n', ...spec });
const modeOf = (): string => (statSync(bench.path('f')).mode & 0o7777).toString(8).padStart(4, '0');

test('a file has exactly the mode that it is to have, whatever the umask, and gets it back', async () => {
  const before = process.umask(0o077);
  try {
    expect((await bench.release(file({ mode: '0666' }))).error).toBeNull();
  } finally {
    process.umask(before);
  }
  expect(modeOf()).toBe('0666');
  chmodSync(bench.path('f'), 0o600);
  const { plan, error } = await bench.release(file({ mode: '0666' }));
  expect(plan.changes[0]).toMatchObject({
    action: 'update',
    causeKind: 'drift',
    diff: [{ path: 'mode', from: '0600', to: '0666' }],
  });
  expect(error).toBeNull();
  expect(modeOf()).toBe('0666');
  expect(readFileSync(bench.path('f'), 'utf8')).toBe('x\n');
});

test.skipIf(process.getuid?.() !== 0)(
  'a file gets an owner, by number or by name, and back the one that it is to have',
  async () => {
    const owned = file({ owner: '1234:4321', mode: '0640' });
    expect((await bench.release(owned)).error).toBeNull();
    expect(statSync(bench.path('f'))).toMatchObject({ uid: 1234, gid: 4321 });
    chownSync(bench.path('f'), 1, 1);
    const { plan, error } = await bench.release(owned);
    expect(plan.changes[0]?.diff).toEqual([{ path: 'owner', from: '1:1', to: '1234:4321' }]);
    expect(error).toBeNull();
    expect(statSync(bench.path('f'))).toMatchObject({ uid: 1234, gid: 4321 });
    expect(modeOf()).toBe('0640');

    const byName = file({ owner: 'root:root', mode: '0640' });
    expect((await bench.release(byName)).error).toBeNull();
    expect(statSync(bench.path('f'))).toMatchObject({ uid: 0, gid: 0 });
    expect(steps((await bench.release(byName)).plan)).toEqual([]);
  },
);

test('an owner that this machine does not have is refused by name, and nothing is written', async () => {
  await expect(bench.release(file({ owner: 'nobody-of-that-name' }))).rejects.toMatchObject({
    message: expect.stringContaining('nobody-of-that-name'),
  });
  expect(() => statSync(bench.path('f'))).toThrow('ENOENT');
});
