import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOf, planOf, wanted } from '../../test/support/resources.ts';
import type { Action, Change } from '../model/plan.ts';
import { countChanges, orderChanges, stagesOf } from './order.ts';

const some = planOf([{ want: wanted('some') }]).changes[0]!;

function change(action: Action, name: string, wave = 0, rank = 0): Change {
  return { ...some, action, id: idOf(name), wave, rank };
}

const names = (changes: readonly Change[]): readonly string[] => changes.map(({ id }) => id.name);

const anyChange = fc
  .record({
    action: fc.constantFrom<Action>('create', 'update', 'run', 'adopt', 'delete'),
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    wave: fc.integer({ min: -2, max: 2 }),
    rank: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ action, name, wave, rank }) => change(action, name, wave, rank));

describe('the order of changes', () => {
  test('is by wave, then by rank, then by name', () => {
    const ordered = orderChanges([
      change('create', 'late', 1),
      change('create', 'b', 0, 1),
      change('update', 'a', 0, 1),
      change('create', 'folder', 0, 0),
      change('run', 'early', -1, 9),
    ]);
    expect(names(ordered)).toEqual(['early', 'folder', 'a', 'b', 'late']);
  });

  test('has deletes last, and what was made last goes first', () => {
    const ordered = orderChanges([
      change('delete', 'ground', -1),
      change('delete', 'folder', 0, 50),
      change('delete', 'file', 0, 100),
      change('create', 'new', 5),
      change('delete', 'top', 3),
    ]);
    expect(names(ordered)).toEqual(['new', 'top', 'file', 'folder', 'ground']);
  });

  test('has deletes that wait for the others at the very end', () => {
    const waiting = { ...change('delete', 'waiting', 9), last: 'deletes' } as const;
    const ordered = orderChanges([waiting, change('delete', 'a', 0), change('create', 'new')]);
    expect(names(ordered)).toEqual(['new', 'a', 'waiting']);
    expect(stagesOf(ordered).map(({ changes }) => names(changes))).toEqual([
      ['new'],
      ['a'],
      ['waiting'],
    ]);
  });

  test('does not depend on the order in which they were found', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyChange, { selector: ({ id }) => id.name }), (changes) => {
        expect(orderChanges(changes.toReversed())).toEqual(orderChanges(changes));
      }),
    );
  });
});

describe('stages', () => {
  test('hold what may run side by side: the same wave and rank, makes and deletes apart', () => {
    const stages = stagesOf(
      orderChanges([
        change('create', 'a', 0, 0),
        change('adopt', 'b', 0, 0),
        change('create', 'c', 0, 1),
        change('create', 'd', 1, 0),
        change('delete', 'e', 1, 0),
      ]),
    );
    expect(stages.map(({ changes, ...rest }) => ({ ...rest, names: names(changes) }))).toEqual([
      { kind: 'make', wave: 0, endsWave: false, names: ['a', 'b'] },
      { kind: 'make', wave: 0, endsWave: true, names: ['c'] },
      { kind: 'make', wave: 1, endsWave: true, names: ['d'] },
      { kind: 'delete', wave: 1, endsWave: true, names: ['e'] },
    ]);
  });

  test('hold each change once, in order, and each wave ends once', () => {
    fc.assert(
      fc.property(fc.array(anyChange), (changes) => {
        const ordered = orderChanges(changes);
        const stages = stagesOf(ordered);
        expect(stages.flatMap((stage) => stage.changes)).toEqual(ordered);
        const ended = stages.filter((stage) => stage.endsWave);
        const waves = new Set(stages.map(({ kind, wave }) => `${kind} ${wave}`));
        expect(ended.map(({ kind, wave }) => `${kind} ${wave}`)).toEqual([...waves]);
        for (const stage of stages) {
          const kinds = new Set(stage.changes.map(({ action }) => action === 'delete'));
          const places = new Set(stage.changes.map(({ wave, rank }) => `${wave} ${rank}`));
          expect([kinds.size, places.size]).toEqual([1, 1]);
        }
      }),
    );
  });
});

test('changes are counted by action, and what is as it should be beside them', () => {
  const changes = [change('create', 'a'), change('create', 'b'), change('delete', 'c')];
  expect(countChanges(changes, 7)).toEqual({
    create: 2,
    update: 0,
    replace: 0,
    delete: 1,
    adopt: 0,
    run: 0,
    unchanged: 7,
  });
});
