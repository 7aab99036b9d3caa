import { expect, test } from 'vitest';
import { Holders } from './holders.ts';

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
