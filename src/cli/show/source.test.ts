import { expect, test } from 'vitest';
import { sourceTroubles } from './source.ts';

const why = (code: string): string | undefined => {
  const failing = { sinceMs: 0, code, message: 'what it says', hint: 'what to do' };
  return sourceTroubles({ held: null, failing }, 60_000)[0]?.why;
};

test('a remote that answers and refuses is not called unreachable', () => {
  expect(why('source.unreachable')).toMatch(/^unreachable since .*: what it says$/);
  expect(why('source.auth-required')).toMatch(/^refused since .*: what it says$/);
  expect(why('source.chart-changed')).toMatch(/^refused since /);
  expect(why('source.digest-mismatch')).toMatch(/^refused since /);
});
