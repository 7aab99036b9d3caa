import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCycles } from './cycle.ts';

const graph = (edges: Record<string, readonly string[]>) => new Map(Object.entries(edges));

test('a chain has no circle', () => {
  expect(findCycles(graph({ a: ['b'], b: ['c'], c: [] }))).toEqual([]);
});

test('a circle is told in the order of its edges, from its first name', () => {
  expect(findCycles(graph({ c: ['a'], a: ['b'], b: ['c'], d: ['a'] }))).toEqual([
    ['a', 'b', 'c', 'a'],
  ]);
});

test('what depends on itself is a circle', () => {
  expect(findCycles(graph({ a: ['a'] }))).toEqual([['a', 'a']]);
});

test('two circles apart are two', () => {
  expect(findCycles(graph({ a: ['b'], b: ['a'], x: ['y', 'a'], y: ['x'] }))).toEqual([
    ['a', 'b', 'a'],
    ['x', 'y', 'x'],
  ]);
});

test('edges to what is not there are no matter', () => {
  expect(findCycles(graph({ a: ['gone'] }))).toEqual([]);
});

test('a chain of 100,000 does not exhaust the stack', () => {
  const edges = new Map(Array.from({ length: 100_000 }, (_, at) => [`${at}`, [`${at + 1}`]]));
  expect(findCycles(edges)).toEqual([]);
});

test('a circle is found exactly when the graph cannot be put in order', () => {
  const node = fc.integer({ min: 0, max: 6 }).map(String);
  fc.assert(
    fc.property(fc.array(fc.tuple(node, node), { maxLength: 12 }), (pairs) => {
      const edges = new Map<string, string[]>();
      for (const [from, to] of pairs) {
        edges.set(from, [...(edges.get(from) ?? []), to]);
        if (!edges.has(to)) edges.set(to, []);
      }
      const cycles = findCycles(edges);
      for (const walk of cycles) {
        expect(walk.at(0)).toBe(walk.at(-1));
        for (const [at, name] of walk.slice(0, -1).entries()) {
          expect(edges.get(name)).toContain(walk[at + 1]);
        }
      }
      expect(cycles.length > 0).toBe(!canBeOrdered(edges));
    }),
  );
});

function canBeOrdered(edges: ReadonlyMap<string, readonly string[]>): boolean {
  const left = new Map(edges);
  for (;;) {
    const free = [...left].find(([, targets]) => targets.every((target) => !left.has(target)));
    if (free === undefined) return left.size === 0;
    left.delete(free[0]);
  }
}
