import { expect, test } from 'vitest';
import { Audience } from './audience.ts';

const wishes = (...paths: readonly string[]): Map<string, readonly string[]> =>
  new Map(paths.map((path) => [path, [`about ${path}`]]));

test('a path is new for each application that names it, and whoever names it is told', () => {
  const audience = new Audience<string>();
  expect(audience.change('shop', wishes('/a', '/b'))).toEqual({ added: ['/a', '/b'], left: [] });
  expect(audience.change('site', wishes('/b'))).toEqual({ added: ['/b'], left: [] });
  expect(audience.of('/b')).toEqual(['about /b', 'about /b']);
  expect(audience.of('/c')).toEqual([]);
});

test('what an application names no longer has left, and others are told of it all the same', () => {
  const audience = new Audience<string>();
  audience.change('shop', wishes('/a', '/b'));
  audience.change('site', wishes('/b'));
  expect(audience.change('shop', wishes('/a', '/c'))).toEqual({ added: ['/c'], left: ['/b'] });
  expect(audience.of('/b')).toEqual(['about /b']);
  expect(audience.change('site', new Map())).toEqual({ added: [], left: ['/b'] });
  expect(audience.of('/b')).toEqual([]);
});

test('what is to be told of a path can change while it stays watched', () => {
  const audience = new Audience<string>();
  audience.change('shop', new Map([['/a', ['one']]]));
  const after = new Map([['/a', ['one', 'two']]]);
  expect(audience.change('shop', after)).toEqual({ added: [], left: [] });
  expect(audience.of('/a')).toEqual(['one', 'two']);
});
