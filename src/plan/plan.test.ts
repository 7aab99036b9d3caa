import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  absent,
  found,
  idOf,
  planOf,
  plainTraits,
  policy,
  recorded,
  tryPlan,
  wanted,
  type Situation,
} from '../../test/support/resources.ts';
import type { JsonObject } from '../model/json.ts';
import type { Observation } from '../model/resource.ts';
import { placeOf } from './place.ts';

const unreadable: Observation = {
  kind: 'unreadable',
  error: {
    code: 'host.denied',
    class: 'transient',
    message: 'permission denied',
    hint: 'Let me read it.',
    retryable: true,
  },
};

/** Anything that can be wanted, known and found, each independently. */
const situations: fc.Arbitrary<readonly Situation[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      isWanted: fc.boolean(),
      isKnown: fc.boolean(),
      isThere: fc.boolean(),
      differs: fc.boolean(),
      recordedUid: fc.constantFrom('uid', null, 'another uid'),
      prune: fc.boolean(),
    }),
    { selector: ({ name }) => name },
  )
  .map((list) =>
    list.map(({ name, isWanted, isKnown, isThere, differs, recordedUid, prune }) => {
      const item = wanted(name, { content: 'new' }, { prune });
      const fields = differs ? { content: 'other' } : item.fields;
      return {
        want: isWanted ? item : undefined,
        know: isKnown ? recorded(item, { uid: recordedUid }) : undefined,
        see: isThere ? found(item, { uid: 'uid', fields }) : absent,
      };
    }),
  )
  .map((list) => list.filter(({ want, know }) => want !== undefined || know !== undefined));

const lenient = { ...policy, allowEmpty: true };

describe('a plan', () => {
  test('has at most one change for each place, and counts every resource once', () => {
    fc.assert(
      fc.property(situations, (list) => {
        const plan = planOf(list, { policy: lenient });
        const places = plan.changes.map(placeOf);
        expect(new Set(places).size).toBe(places.length);
        const { unchanged, ...counts } = plan.counts;
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(places.length);
        expect(unchanged + places.length).toBeLessThanOrEqual(list.length);
      }),
    );
  });

  test('is the same for the same input', () => {
    fc.assert(
      fc.property(situations, (list) => {
        expect(planOf(list, { policy: lenient })).toEqual(planOf(list, { policy: lenient }));
      }),
    );
  });

  test('is empty where everything is as it should be', () => {
    const list = ['a', 'b'].map((name) => {
      const item = wanted(name);
      return { want: item, know: recorded(item), see: found(item) };
    });
    expect(planOf(list)).toMatchObject({ changes: [], guards: [], counts: { unchanged: 2 } });
  });

  test('is refused where two resources have one id, or claim one place', () => {
    const claims = ['path:/srv/index.html'];
    const twice = [wanted('a', {}, { claims }), wanted('b', {}, { claims })];
    expect(tryPlan(twice.map((want) => ({ want })))).toMatchObject({
      ok: false,
      error: {
        code: 'plan.claimed-twice',
        message: 'File/a (app/a.yaml:1) and File/b (app/b.yaml:1) both claim path:/srv/index.html',
      },
    });
    const sameId = [wanted('a'), wanted('a', {}, { locator: { path: '/elsewhere' } })];
    expect(tryPlan(sameId.map((want) => ({ want })))).toMatchObject({
      ok: false,
      error: { code: 'plan.claimed-twice' },
    });
  });
});

describe('invariant 1: what could not be seen is an error, never an empty set', () => {
  test('one resource that cannot be read fails the whole plan, and says which', () => {
    const item = wanted('a');
    for (const situation of [{ want: item }, { know: recorded(item) }]) {
      expect(tryPlan([{ ...situation, see: unreadable }, { want: wanted('b') }])).toMatchObject({
        ok: false,
        error: {
          code: 'plan.live-unreadable',
          message: 'cannot read File/a at here: permission denied',
          hint: 'Let me read it.',
        },
      });
    }
  });

  test('what was announced, never made and is wanted no more fails nothing: it is left alone, and stays on record', () => {
    const item = wanted('a');
    const announced = { know: recorded(item, { uid: null }), see: unreadable };
    const planned = tryPlan([announced, { want: wanted('b') }]);
    expect(planned).toMatchObject({
      ok: true,
      value: {
        forget: [],
        plan: {
          warnings: [expect.stringContaining('File/a was not made')],
          counts: { create: 1, delete: 0 },
        },
      },
    });
    // Wanted it has to be seen, and at the end nothing may be left behind unseen.
    expect(tryPlan([{ ...announced, want: item }])).toMatchObject({ ok: false });
    const leaving = { policy: { ...policy, removal: 'confirm' } } as const;
    expect(tryPlan([announced], leaving)).toMatchObject({ ok: false });
  });

  test('a render that is suddenly empty deletes nothing', () => {
    const item = wanted('a');
    const list = [{ know: recorded(item), see: found(item) }];
    expect(tryPlan(list)).toMatchObject({ ok: false, error: { code: 'plan.empty-render' } });
    expect(planOf(list, { policy: lenient }).counts.delete).toBe(1);
    expect(planOf(list, { policy: { ...policy, removal: 'confirm' } }).counts.delete).toBe(1);
  });

  test('an application that owns nothing may be empty', () => {
    expect(planOf([]).changes).toEqual([]);
  });

  test('a place that nobody looked at is a bug, not an absence', () => {
    const input = { observations: new Map() };
    expect(() => tryPlan([{ want: wanted('a') }], input)).toThrow('nobody looked at');
  });
});

describe('invariant 2: a delete needs a recorded owner and carries the UID', () => {
  test('whatever is wanted, known and found', () => {
    fc.assert(
      fc.property(situations, (list) => {
        const plan = planOf(list, { policy: lenient });
        const known = new Map(
          list.flatMap(({ know, see }) =>
            know === undefined ? [] : [[placeOf(know), { know, see }]],
          ),
        );
        for (const change of plan.changes.filter(({ action }) => action === 'delete')) {
          const { know, see } = known.get(placeOf(change)) ?? {};
          expect(know?.prune).toBe(true);
          expect(change.uid).toBe(see?.kind === 'present' ? see.live.uid : undefined);
          expect(
            list.some(({ want }) => want !== undefined && placeOf(want) === placeOf(change)),
          ).toBe(false);
        }
      }),
    );
  });

  test('what is there and was never ours is not even looked at', () => {
    const plan = planOf([{ want: wanted('a') }]);
    expect(plan.counts.delete).toBe(0);
  });

  test('what was announced, but is not what we would have made, is left alone', () => {
    const item = wanted('a');
    const plan = planOf([
      { want: wanted('b') },
      { know: recorded(item, { uid: null }), see: found(item, { fields: { content: 'theirs' } }) },
    ]);
    expect(plan.counts.delete).toBe(0);
    expect(plan.warnings).toEqual([
      'File/a is there but was not made by Fairlead; it is left alone',
    ]);
  });
});

describe('what left the source', () => {
  const item = wanted('old');
  const kept = { want: wanted('kept'), know: recorded(wanted('kept')), see: found(wanted('kept')) };
  const gone = { know: recorded(item, { wave: 3, rank: 50 }), see: found(item) };

  test('is deleted, with the reason', () => {
    expect(planOf([kept, gone]).changes).toMatchObject([
      {
        action: 'delete',
        causeKind: 'removed',
        cause: 'removed from source in commit a1b2c3d4',
        wave: 3,
        rank: 50,
        uid: 'uid-old',
      },
    ]);
  });

  test('is only forgotten when somebody deleted it already', () => {
    const planned = tryPlan([kept, { ...gone, see: absent }]);
    expect(planned).toMatchObject({
      ok: true,
      value: { plan: { changes: [], warnings: [] }, forget: [placeOf(item)] },
    });
  });

  test('stays, and stays ours, where pruning is off', () => {
    const cases: readonly [Situation, typeof policy][] = [
      [gone, { ...policy, prune: false }],
      [{ ...gone, know: recorded(item, { prune: false }) }, policy],
    ];
    for (const [situation, withPolicy] of cases) {
      const planned = tryPlan([kept, situation], { policy: withPolicy });
      expect(planned).toMatchObject({
        ok: true,
        value: {
          plan: {
            changes: [],
            counts: { unchanged: 2 },
            warnings: ['File/old is no longer in the source; it stays because pruning is off'],
          },
          forget: [],
        },
      });
    }
  });

  test('is given up, with the reason, where the target says that it must stay', () => {
    const staying = { ...gone, see: found(item, { stays: 'it stays, because it holds theirs' }) };
    const planned = tryPlan([kept, staying]);
    expect(planned).toMatchObject({
      ok: true,
      value: {
        plan: {
          changes: [],
          warnings: ['File/old is no longer wanted; it stays, because it holds theirs'],
        },
        forget: [placeOf(item)],
      },
    });
  });

  test('goes with its application although pruning is off, unless it says itself that it stays', () => {
    const removal = { ...policy, prune: false, removal: 'delete' } as const;
    expect(planOf([gone], { policy: removal }).counts.delete).toBe(1);
    const staying = { ...gone, know: recorded(item, { prune: false }) };
    expect(tryPlan([staying], { policy: removal })).toMatchObject({
      ok: true,
      value: {
        plan: { changes: [], warnings: ['File/old stays, and is no longer managed'] },
        forget: [placeOf(item)],
      },
    });
  });

  test('stays when its application goes where it asks for that, and goes when it leaves the source', () => {
    const staying = { ...gone, know: recorded(item, { deletion: { keptOnRemoval: true } }) };
    expect(planOf([staying], { policy: { ...policy, allowEmpty: true } }).counts.delete).toBe(1);
    const removal = { ...policy, removal: 'delete' } as const;
    expect(tryPlan([staying], { policy: removal })).toMatchObject({
      ok: true,
      value: { plan: { changes: [] }, forget: [placeOf(item)] },
    });
  });

  test('stays for a while where it tells why the release failed that made it', () => {
    const evidence = { know: recorded(item), see: found(item, { outlasts: 'it failed' }) };
    const allowEmpty = { ...policy, allowEmpty: true };
    const goingBack = { ...allowEmpty, takeBack: new Set([placeOf(item)]) };
    expect(planOf([evidence], { policy: goingBack })).toMatchObject({
      changes: [],
      warnings: ['File/old is no longer wanted; it failed'],
    });
    expect(planOf([evidence], { policy: allowEmpty }).counts.delete).toBe(1);
    expect(planOf([evidence], { policy: { ...policy, removal: 'delete' } }).counts.delete).toBe(1);
  });

  test('is only forgotten when its application is orphaned', () => {
    const planned = tryPlan([gone], { policy: { ...policy, removal: 'orphan' } });
    expect(planned).toMatchObject({
      ok: true,
      value: { plan: { changes: [], guards: [] }, forget: [placeOf(item)] },
    });
  });

  test('says that its deletion cannot be undone where it may hold data', () => {
    const traits = { ...plainTraits, dataBearing: true };
    const data = { know: recorded(item, { traits }), see: found(item) };
    expect(planOf([kept, data]).changes[0]?.irreversible).toBe(true);
  });
});

describe('a resource that is renamed and stays where it is', () => {
  const old = wanted('old', { content: 'one' }, { locator: { path: '/srv/page' } });
  const renamed = { ...old, id: idOf('new') };
  const see = found(old);

  test('changes hands as it is: nothing is deleted and nothing made', () => {
    const planned = tryPlan([
      { know: recorded(old), see },
      { want: renamed, see },
    ]);
    expect(planned).toMatchObject({
      ok: true,
      value: {
        plan: { changes: [{ action: 'adopt', causeKind: 'moved', uid: 'uid-old' }], guards: [] },
        forget: [placeOf(old)],
      },
    });
  });

  test('loses what the old name had and the new one does not want', () => {
    const bare = { ...renamed, fields: {} };
    const plan = planOf([
      { know: recorded(old), see },
      { want: bare, see },
    ]);
    expect(plan.changes).toMatchObject([{ action: 'update', diff: [{ path: 'content' }] }]);
    expect(plan.warnings).toEqual([]);
  });
});

describe('what another application gives up', () => {
  const item = wanted('page', { content: 'one' });
  const before = { content: 'one', note: 'theirs' };
  const see = found(item, { fields: before });
  const givenAt = (): JsonObject => before;

  test('loses what the other one had applied and nobody wants any more, without a question', () => {
    const plan = planOf([{ want: item, see }], { givenAt });
    expect(plan.changes).toMatchObject([{ action: 'update', diff: [{ path: 'note' }] }]);
    expect(plan.guards).toEqual([]);
  });

  test('loses it also where a release was cut off after it had announced the rest', () => {
    const know = recorded(item, { uid: null });
    const plan = planOf([{ want: item, know, see }], { givenAt });
    expect(plan.changes).toMatchObject([{ action: 'update', diff: [{ path: 'note' }] }]);
  });

  test('keeps what nobody has applied', () => {
    const other = { content: 'one', note: 'of a person' };
    const seen = found(item, { fields: other });
    const given = { givenAt: (): JsonObject => item.fields };
    const plan = planOf([{ want: item, see: seen }], given);
    expect(plan.changes).toMatchObject([{ action: 'adopt', diff: [] }]);
  });
});
