import { expect, test } from 'vitest';
import { createHostBench } from '../../test/support/host.ts';
import { key, release } from '../../test/support/release.ts';
import { inventoryOf, recorded, wanted } from '../../test/support/resources.ts';
import { placeOf } from '../plan/place.ts';
import { observe, referencesFor } from './observe.ts';

test('each wanted place and each owned place is looked at once, with what is known of both', () => {
  const both = wanted('both');
  const owned = recorded(wanted('owned'));
  const references = referencesFor(
    [both, wanted('new')],
    inventoryOf([owned, recorded(wanted('both'))]),
  );
  expect(
    [...references].map(([place, { uid, desired }]) => [place, uid, desired?.id.name ?? null]),
  ).toEqual([
    [placeOf(owned), 'uid-owned', null],
    [placeOf(both), 'uid-both', 'both'],
    [placeOf(wanted('new')), null, 'new'],
  ]);
});

test('invariant 1: a target that answers less than it was asked is not believed', async () => {
  await using bench = await createHostBench(key);
  const desired = await bench.files({ one: '1', two: '2' });
  await release(bench.target, desired);
  const short = {
    ...bench.target,
    read: async (...asked: Parameters<typeof bench.target.read>) =>
      (await bench.target.read(...asked)).slice(1),
  };
  await expect(observe(short, key, referencesFor(desired, null))).rejects.toThrow(
    'answered 1 of 2 reads',
  );
});

test('a target is not asked about nothing', async () => {
  await using bench = await createHostBench(key);
  expect(await observe(bench.target, key, new Map())).toEqual(new Map());
});
