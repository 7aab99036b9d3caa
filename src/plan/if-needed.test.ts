import { describe, expect, test } from 'vitest';
import {
  absent,
  found,
  plainTraits,
  planOf,
  recorded,
  wanted,
} from '../../test/support/resources.ts';
import type { Situation } from '../../test/support/resources.ts';
import { isHealing } from '../release/gate.ts';

const irreversible = { ...plainTraits, irreversible: true };
const sort = wanted('sort', { run: 'sort' }, { asksFirst: true, rank: 200, traits: irreversible });
const words = wanted('words', { content: 'new' }, { rank: 100 });
const before = wanted('words', { content: 'old' }, { rank: 100 });

const sorted: Situation = { want: sort, know: recorded(sort), see: found(sort) };
const changed: Situation = { want: words, know: recorded(before), see: found(before) };

function shown(...situations: readonly Situation[]): readonly string[] {
  return planOf(situations).changes.map(
    ({ action, id, causeKind, cause }) => `${action} ${id.name} (${causeKind}): ${cause}`,
  );
}

describe('what asks first whether there is anything to do', () => {
  test('is planned to run if it is needed where something before it changes', () => {
    const [, second] = shown(changed, sorted);
    expect(second).toBe(
      'run sort (if-needed): checked again after File/words; runs if its check does not pass',
    );
  });

  test('is not planned where nothing changes, nor where only what comes after it does', () => {
    expect(shown(sorted)).toEqual([]);
    const after: Situation = { want: wanted('later', { content: 'x' }, { wave: 1 }) };
    expect(shown(sorted, after)).toHaveLength(1);
    const gone = wanted('gone');
    expect(shown(sorted, { know: recorded(gone), see: found(gone) })).toEqual([
      expect.stringContaining('delete gone'),
    ]);
  });

  test('is not adopted unasked on its first release, whose files come before it', () => {
    expect(shown({ want: sort, see: found(sort) }, { want: words })).toEqual([
      expect.stringContaining('create words'),
      expect.stringContaining('run sort (if-needed)'),
    ]);
    expect(shown({ want: sort, see: found(sort) })).toEqual([
      expect.stringContaining('adopt sort'),
    ]);
  });

  test('runs under the digest that a yes to it was given to, needed or not', () => {
    const needed = planOf([{ want: sort, know: recorded(sort), see: absent }]).changes;
    const ifNeeded = planOf([changed, sorted]).changes.filter(({ id }) => id.name === 'sort');
    expect(ifNeeded.map(({ digest }) => digest)).toEqual(needed.map(({ digest }) => digest));
  });

  test('follows a heal as a part of it', () => {
    const drifted: Situation = { want: words, know: recorded(words), see: found(before) };
    expect(isHealing(planOf([drifted, sorted]).changes)).toBe(true);
    expect(isHealing(planOf([changed, sorted]).changes)).toBe(false);
  });

  test('counts as not checked where nobody may ask it', () => {
    const see = found(sort, { unasked: true });
    expect(shown({ want: sort, know: recorded(sort), see })).toEqual([
      'run sort (if-needed): not checked; runs if its check does not pass',
    ]);
  });
});
