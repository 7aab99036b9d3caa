import { expect, test } from 'vitest';
import { Holders, isGivenTo } from './holders.ts';

const half = (): Holders<string, string> => {
  const holders = new Holders<string, string>();
  holders.put('shop', 'shop', ['a', 'b']);
  holders.put('store', 'store', ['a', 'b', 'c']);
  return holders;
};

const told = (holders: Holders<string, string>): readonly (string | null)[] =>
  ['a', 'b', 'c'].map((claim) => holders.holder(claim));

test('of two records that name the same, the one known first holds it, also after it was written again', () => {
  const holders = half();
  holders.put('shop', 'shop again', ['b', 'a']);
  expect(told(holders)).toEqual(['shop again', 'shop again', 'store']);
});

test('what one record lets go of is held by the other', () => {
  const holders = half();
  holders.put('shop', 'shop', ['b']);
  expect(told(holders)).toEqual(['store', 'shop', 'store']);
  holders.drop('shop');
  expect(told(holders)).toEqual(['store', 'store', 'store']);
  holders.drop('store');
  expect(told(holders)).toEqual([null, null, null]);
});

test('who never held it leaves it to who does', () => {
  const holders = half();
  holders.put('store', 'store', ['c']);
  holders.drop('shop');
  expect(told(holders)).toEqual([null, null, 'store']);
});

test('who has made it holds it, not who was only going to, whichever record was read first', () => {
  const holders = new Holders<string, string>();
  holders.put('loser', 'loser', ['a', 'b'], new Set(['a', 'b']));
  holders.put('winner', 'winner', ['a']);
  holders.put('third', 'third', ['a'], new Set(['a']));
  expect(told(holders)).toEqual(['winner', 'loser', null]);
  holders.put('winner', 'winner', []);
  expect(told(holders)).toEqual(['loser', 'loser', null]);
  holders.put('third', 'third', ['a', 'c']);
  expect(told(holders)).toEqual(['third', 'loser', 'third']);
  holders.put('loser', 'loser', ['a', 'b']);
  expect(told(holders)).toEqual(['third', 'loser', 'third']);
});

test('what its holder gives up is free for the one it is given to, and for nobody else', () => {
  const holder = { given: new Map([['a', 'other@dev']]) };
  const other = { application: 'other', environment: 'dev' };
  expect(isGivenTo(other, holder, 'a')).toBe(true);
  expect(isGivenTo(other, holder, 'b')).toBe(false);
  expect(isGivenTo({ ...other, application: 'third' }, holder, 'a')).toBe(false);
  expect(isGivenTo(other, {}, 'a')).toBe(false);
});
