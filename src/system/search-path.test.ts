import { expect, test } from 'vitest';
import { describeSearchPath } from './search-path.ts';

test.each([
  ['', 'PATH, which is empty'],
  ['/a', '/a, the only folder of PATH'],
  ['/a:/b', 'any of the 2 folders of PATH (/a, /b)'],
  ['/a::/b:/c:/d', 'any of the 4 folders of PATH (/a, /b, …)'],
])('of a PATH is told in short where was looked: %j', (path, words) => {
  expect(describeSearchPath(path)).toBe(words);
});
