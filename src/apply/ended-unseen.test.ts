import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHostBench, type HostBench } from '../../test/support/host.ts';
import { carryOutRelease, key, prepareRelease, release } from '../../test/support/release.ts';
import { endedUnseen } from './ended-unseen.ts';

let bench: HostBench;

beforeEach(async () => {
  bench = await createHostBench(key);
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

test('what ended well was seen, also where something leaves now, or has left before, that is kept', async () => {
  const { target } = bench;
  const both = await bench.files({ a: '1', b: '1' });
  await release(
    target,
    both.map((item) => ({ ...item, prune: false })),
  );
  const leaving = await prepareRelease(target, await bench.files({ b: '2' }));
  expect(endedUnseen(leaving)).toBe(false);
  expect((await carryOutRelease(leaving)).error).toBeNull();
  expect([bench.read('a'), bench.read('b')]).toEqual(['1', '2']);
  expect(endedUnseen(await prepareRelease(target, await bench.files({ b: '3' })))).toBe(false);
});

test('what failed after its first change was not', async () => {
  const { target } = bench;
  await release(target, await bench.files({ a: '1' }));
  const desired = await bench.files({ a: '2', late: { content: '1', wave: 1 } });
  const carried = await carryOutRelease({
    ...(await prepareRelease(target, desired)),
    target: {
      ...target,
      apply: async (effect) => {
        if (effect.id.name === 'late') throw new Error('it cannot be made');
        return target.apply(effect);
      },
    },
  });
  expect(carried.error).not.toBeNull();
  expect(endedUnseen(await prepareRelease(target, desired))).toBe(true);
});
