import { describe, expect, test } from 'vitest';
import {
  found,
  planOf,
  planSetOf,
  policy,
  recorded,
  wanted,
} from '../../../test/support/resources.ts';
import type { PlanSet } from '../../model/plan.ts';
import { Batch } from './batch.ts';

/** A plan that deletes so many, beside one thing that stays. */
function deleting(count: number): PlanSet {
  const kept = wanted('kept');
  const gone = Array.from({ length: count }, (_, at) => wanted(`gone-${at}`));
  return planSetOf(
    planOf(
      [
        { want: kept, know: recorded(kept), see: found(kept) },
        ...gone.map((item) => ({ know: recorded(item), see: found(item) })),
      ],
      { policy },
    ),
  );
}

const codes = (batch: Batch, key: string): readonly string[] =>
  batch.guards(key, ['here']).map(({ code }) => code);

describe('the applications of one commit', () => {
  test('one that deletes waits until all are planned, and is told when they are', () => {
    const batch = new Batch(['a', 'b', 'c']);
    expect(batch.planned('a', deleting(1))).toEqual([]);
    expect(batch.mustWait('a')).toBe(true);
    expect(batch.planned('b', deleting(0))).toEqual([]);
    expect(batch.planned('c', null)).toEqual(['a']);
    expect(batch.mustWait('a')).toBe(false);
  });

  test('one that deletes nothing does not wait', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(0));
    expect(batch.mustWait('a')).toBe(false);
  });

  test('one whose deletes are worth no question waits all the same: another one may want what it deletes', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(60), false);
    expect(batch.mustWait('a')).toBe(true);
    expect(batch.planned('b', deleting(1))).toEqual(['a']);
    expect([codes(batch, 'a'), codes(batch, 'b')]).toEqual([[], []]);
  });

  test('one that leaves holds nobody up any longer', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(1));
    expect(batch.mustWait('a')).toBe(true);
    expect(batch.leave('b')).toEqual(['a']);
    expect(batch.mustWait('a')).toBe(false);
  });
});

describe('what the others want is not known', () => {
  const unsaid = (batch: Batch): readonly string[] => codes(batch, 'a');

  test('one that could not be rendered may want what is deleted at its targets', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(1));
    expect(batch.mustWait('a')).toBe(true);
    expect(batch.planned('b', null, true, ['here', 'there'])).toEqual(['a']);
    expect(batch.guards('a', ['here'])).toEqual([
      {
        code: 'wants-unknown',
        message: 'b could not be rendered at this commit and may want what is deleted here',
      },
    ]);
    expect(batch.guards('a', ['elsewhere'])).toEqual([]);
    expect(batch.guards('b', ['here'])).toEqual([]);
  });

  test('once it says what it wants, who deletes is looked at again and needs nobody', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(1));
    batch.planned('b', null, true, ['here']);
    expect(batch.planned('b', null, true, ['here'])).toEqual([]);
    expect(batch.planned('b', deleting(0))).toEqual(['a']);
    expect(unsaid(batch)).toEqual([]);
  });

  test('it may say so as one of a newer commit', () => {
    const batch = new Batch(['a', 'b']);
    expect(batch.isOwed('b')).toBe(true);
    batch.planned('a', deleting(1));
    expect(batch.mustWait('a')).toBe(true);
    expect(batch.said('b', ['here'])).toEqual(['a']);
    expect([batch.isOwed('b'), unsaid(batch)]).toEqual([true, ['wants-unknown']]);
    expect(batch.said('b', null)).toEqual(['a']);
    expect([batch.isOwed('b'), unsaid(batch), batch.isOver]).toEqual([false, [], false]);
    batch.planned('a', deleting(0));
    expect(batch.isOver).toBe(true);
  });
});

describe('invariant 8: deletes of one commit, counted across applications', () => {
  test('more than 50 need a person for each that deletes, and for no other', () => {
    const batch = new Batch(['a', 'b', 'c']);
    batch.planned('a', deleting(30));
    batch.planned('b', deleting(21));
    batch.planned('c', deleting(0));
    expect(batch.guards('a', ['here'])).toEqual([
      {
        code: 'many-deletes',
        message: 'together with another application this commit deletes 51 resources',
      },
    ]);
    expect([codes(batch, 'b'), codes(batch, 'c')]).toEqual([['many-deletes'], []]);
  });

  test('exactly 50 do not', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(30));
    batch.planned('b', deleting(20));
    expect([codes(batch, 'a'), codes(batch, 'b')]).toEqual([[], []]);
  });

  test('one application alone is counted by its own plan', () => {
    const batch = new Batch(['a']);
    batch.planned('a', deleting(60));
    expect(codes(batch, 'a')).toEqual([]);
  });

  test('the count stays when the first of them was approved and has deleted', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(30));
    batch.planned('b', deleting(30));
    batch.planned('a', deleting(0));
    expect([codes(batch, 'a'), codes(batch, 'b')]).toEqual([[], ['many-deletes']]);
  });

  test('the count stays when one of them cannot be planned for a while, or leaves', () => {
    const batch = new Batch(['a', 'b']);
    batch.planned('a', deleting(30));
    batch.planned('b', deleting(30));
    batch.planned('a', null);
    expect(codes(batch, 'b')).toEqual(['many-deletes']);
    batch.leave('a');
    expect(codes(batch, 'b')).toEqual(['many-deletes']);
  });
});
