import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, isJsonObject, sameJson } from './json.ts';
import type { Json } from './json.ts';

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/golden/canonical-json.json'), 'utf8'),
) as {
  readonly numbers: readonly (readonly [bits: string, text: string])[];
  readonly notNumbers: readonly string[];
  readonly values: readonly { readonly value: Json; readonly text: string }[];
};

function fromBits(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

/** The same value with the keys of every object in another order. */
function reordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(reordered);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reordered(member)]),
  );
}

describe('canonical JSON', () => {
  test.each(golden.numbers)('writes the double %s as %s, as RFC 8785 does', (bits, text) => {
    expect(canonicalJson(fromBits(bits))).toBe(text);
  });

  test.each(golden.notNumbers)('refuses %s, which is no number in JSON', (bits) => {
    expect(() => canonicalJson([fromBits(bits)])).toThrow(TypeError);
  });

  test.each(golden.values)('writes $text', ({ value, text }) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('is JSON that reads back as the same value, in one form whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (generated) => {
        const value = JSON.parse(JSON.stringify(generated)) as Json;
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(value);
        expect(canonicalJson(reordered(value))).toBe(text);
      }),
    );
  });

  test('sorts keys that an object keeps in an order of its own as any others', () => {
    const value = JSON.parse('{"b":{"10":1,"9":2,"-1":3},"a":{"__proto__":{"z":1,"y":2},"A":0}}');
    expect(canonicalJson(value)).toBe(
      '{"a":{"A":0,"__proto__":{"y":2,"z":1}},"b":{"-1":3,"10":1,"9":2}}',
    );
  });

  test('leaves out members that are undefined, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
  });

  test.each([[undefined], [1n], [() => 1], [Symbol('x')]])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('sameJson', () => {
  test('looks at values, not at the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const value = JSON.parse(JSON.stringify(left)) as Json;
        expect(sameJson(value, reordered(value))).toBe(true);
        expect(sameJson(left, right)).toBe(canonicalJson(left) === canonicalJson(right));
      }),
    );
  });

  test('takes a member that is undefined for none, and an item for null, as canonical JSON does', () => {
    const nothing = fc.option(fc.constantFrom(null, 0, 'x'), { nil: undefined });
    const members = fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), nothing);
    fc.assert(
      fc.property(fc.array(members), fc.array(members), (left, right) => {
        expect(sameJson(left, right)).toBe(canonicalJson(left) === canonicalJson(right));
        expect(sameJson([left], [left])).toBe(true);
      }),
    );
    expect(sameJson(undefined, null)).toBe(true);
    expect(sameJson([undefined], [null])).toBe(true);
    expect(sameJson({ a: undefined }, {})).toBe(true);
    expect(sameJson({ a: null }, {})).toBe(false);
  });

  test('tells 1 from "1", [] from {} and the order of arrays', () => {
    expect(sameJson(1, '1')).toBe(false);
    expect(sameJson([], {})).toBe(false);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
  });
});
