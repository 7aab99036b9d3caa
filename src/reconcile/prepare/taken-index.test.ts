import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Taken } from './taken.ts';
import { TakenIndex } from './taken-index.ts';

const name = fc.constantFrom('one', 'two', 'three', 'four');
const taken: fc.Arbitrary<Taken[]> = fc.array(
  fc.record({ at: fc.constant('here'), place: fc.constantFrom('a', 'b', 'c'), owner: name }),
  { maxLength: 3 },
);

describe('the index of what applications want and others own', () => {
  test('tells from either side what was said last', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, taken)), (said) => {
        const index = new TakenIndex();
        for (const [id, list] of said) index.set(id, list);
        const last = new Map<string, Taken[]>(said);
        for (const id of ['one', 'two', 'three', 'four']) {
          expect(index.of(id)).toEqual(last.get(id) ?? []);
          const waiting = [...last].filter(([, list]) => list.some(({ owner }) => owner === id));
          expect([...index.waitingFor(id)].toSorted()).toEqual(
            waiting.map(([other]) => other).toSorted(),
          );
        }
      }),
    );
  });
});
