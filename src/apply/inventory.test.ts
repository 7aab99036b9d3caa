import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  found,
  inventoryOf,
  plainTraits,
  planOf,
  policy,
  recorded,
  revision,
  wanted,
} from '../../test/support/resources.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Desired } from '../model/resource.ts';
import { placeOf } from '../plan/place.ts';
import { sha256 } from '../system/hasher.ts';
import type { Applied } from '../targets/target.ts';
import { announce, entryFor, settle } from './inventory.ts';
import type { RecordedProject } from './inventory.ts';

const identity = {
  application: 'shop',
  applicationUid: 'app-1',
  environment: 'dev',
  installation: 'here',
  repository: 'file:///repository',
  release: 'r2',
};
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
const nothing = { made: new Map<string, Applied>(), gone: new Set<string>() };

/** The plan from a world where `owned` is live and recorded to one where `desired` is wanted. */
function step(owned: readonly Desired[], desired: readonly Desired[]) {
  const all = new Map([...owned, ...desired].map((item) => [placeOf(item), item]));
  const isIn = (list: readonly Desired[], item: Desired): boolean =>
    list.some((one) => placeOf(one) === placeOf(item));
  const plan = planOf(
    [...all.values()].map((item) => ({
      want: isIn(desired, item) ? item : undefined,
      know: isIn(owned, item) ? recorded(item) : undefined,
      see: isIn(owned, item) ? found(item) : undefined,
    })),
    { policy: { ...policy, allowEmpty: true } },
  );
  const old = inventoryOf(owned.map((item) => recorded(item)));
  return { plan, old, announced: announce(identity, old, plan, desired, sha256) };
}

const placesOf = (inventory: Inventory): readonly string[] =>
  inventory.entries.map(placeOf).toSorted();
const toItems = (list: readonly string[]): readonly Desired[] => list.map((name) => wanted(name));

describe('invariant 3: announced is old ∪ new', () => {
  test('whatever is owned and wanted, nothing owned is missing and nothing wanted is', () => {
    fc.assert(
      fc.property(names, names, (owned, desired) => {
        const { announced, old } = step(toItems(owned), toItems(desired));
        const union = [...new Set([...owned, ...desired])].map((name) => placeOf(wanted(name)));
        expect(placesOf(announced)).toEqual(union.toSorted());
        expect(announced.entries.slice(0, old.entries.length)).toEqual(old.entries);
      }),
    );
  });

  test('what is new has no UID yet', () => {
    const { announced } = step([], [wanted('a')]);
    expect(announced.entries).toEqual([entryFor(sha256, wanted('a'), null)]);
  });

  test('the project is recorded, kept while nobody says otherwise, and forgotten by who is of none', () => {
    const { plan } = step([], [wanted('a')]);
    const announceAs = (
      project: RecordedProject | null | undefined,
      old: Inventory | null,
    ): Inventory => announce({ ...identity, project }, old, plan, [wanted('a')], sha256);
    const actsAs = { user: 'team', groups: ['teams'] };
    const first = announceAs({ name: 'team', actsAs }, null);
    expect(first).toMatchObject({ project: 'team', actsAs });
    const left = announceAs(undefined, first);
    expect(left).toMatchObject({ project: 'team', actsAs });
    expect(announceAs({ name: 'others', actsAs: null }, left)).toMatchObject({
      project: 'others',
      actsAs: null,
    });
    expect(announceAs(null, left)).not.toHaveProperty('project');
    expect(announceAs(null, left)).not.toHaveProperty('actsAs');
  });

  test('what is there keeps its old record until its change is confirmed', () => {
    const before = recorded(wanted('a', { content: 'old' }));
    const after = wanted('a', { content: 'new' });
    const plan = planOf([
      { want: after, know: before, see: found(after, { fields: before.fields }) },
    ]);
    expect(announce(identity, inventoryOf([before]), plan, [after], sha256).entries).toEqual([
      before,
    ]);
  });

  test('what was announced, never made, and is something else by now is announced anew', () => {
    const before = recorded(wanted('a', { content: 'old' }), { uid: null });
    const after = wanted('a', { content: 'new' });
    const plan = planOf([{ want: after, know: before }]);
    expect(announce(identity, inventoryOf([before]), plan, [after], sha256).entries).toEqual([
      entryFor(sha256, after, null),
    ]);
  });

  test('invariant 5: each announcement has a higher epoch than the one before', () => {
    const plan = planOf([{ want: wanted('a') }]);
    expect(announce(identity, null, plan, [], sha256).epoch).toBe(1);
    expect(announce(identity, inventoryOf([], { epoch: 7 }), plan, [], sha256).epoch).toBe(8);
  });

  test('what is remembered stays: the last good revision, and what was bad', () => {
    const quarantine = [{ digest: 'sha256:bad', commit: 'c', reason: 'crashed', atMs: 1 }];
    const old = inventoryOf([], { verified: 'sha256:good', quarantine });
    const announced = announce(identity, old, planOf([{ want: wanted('a') }]), [], sha256);
    expect(announced).toMatchObject({ revision, verified: 'sha256:good', quarantine });
  });
});

describe('invariant 3: the inventory shrinks only after a delete is confirmed', () => {
  test('nothing confirmed leaves all that was announced', () => {
    fc.assert(
      fc.property(names, names, (owned, desired) => {
        const { announced } = step(toItems(owned), toItems(desired));
        const settled = settle(announced, nothing, toItems(desired), null, sha256);
        expect(placesOf(settled)).toEqual(placesOf(announced));
      }),
    );
  });

  test('exactly what is confirmed gone leaves, exactly what is confirmed made has its UID', () => {
    fc.assert(
      fc.property(names, names, names, (owned, desired, confirmed) => {
        const { announced } = step(toItems(owned), toItems(desired));
        const isConfirmed = (name: (typeof confirmed)[number]): boolean => confirmed.includes(name);
        const gone = owned.filter((name) => !desired.includes(name)).filter(isConfirmed);
        const made = desired.filter((name) => !owned.includes(name)).filter(isConfirmed);
        const settled = settle(
          announced,
          {
            made: new Map(made.map((name) => [placeOf(wanted(name)), { uid: `made-${name}` }])),
            gone: new Set(gone.map((name) => placeOf(wanted(name)))),
          },
          toItems(desired),
          null,
          sha256,
        );
        const uids = new Map(settled.entries.map((entry) => [entry.id.name, entry.uid]));
        for (const name of new Set([...owned, ...desired])) {
          const expected = gone.includes(name)
            ? undefined
            : made.includes(name)
              ? `made-${name}`
              : owned.includes(name)
                ? `uid-${name}`
                : null;
          expect(uids.get(name)).toBe(expected);
        }
      }),
    );
  });
});

describe('a settled inventory', () => {
  const item = wanted('a');
  const good = { revision: [], desiredDigest: 'sha256:good' };

  test('remembers what went well as the last good state, and no longer as bad', () => {
    const bad = (digest: string) => ({ digest, commit: 'c', reason: 'crashed', atMs: 1 });
    const quarantine = [bad('sha256:good'), bad('sha256:other')];
    const announced = inventoryOf([], { verified: 'sha256:before', quarantine });
    expect(settle(announced, nothing, [], good, sha256)).toMatchObject({
      revision: [],
      verified: 'sha256:good',
      quarantine: [bad('sha256:other')],
    });
    expect(settle(announced, nothing, [], null, sha256)).toEqual(announced);
  });

  test('follows order, prune switch and traits that moved without anything to change', () => {
    const traits = { ...plainTraits, dataBearing: true };
    for (const parts of [{ wave: 3 }, { rank: 50 }, { prune: false }, { traits }]) {
      const moved = wanted('a', item.fields, parts);
      const settled = settle(inventoryOf([recorded(item)]), nothing, [moved], null, sha256);
      expect(settled.entries).toMatchObject([{ uid: 'uid-a', ...parts }]);
    }
  });
});
