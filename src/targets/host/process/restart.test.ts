import { describe, expect, it } from 'vitest';
import type { Ended } from './ended.ts';
import type { ProcessRecord } from './record.ts';
import { failuresAfter, restartDelayMs, restOf } from './restart.ts';

const nowMs = 1_000_000;

function rest(
  restart: string,
  ended: Partial<Ended> | null,
  failures = 1,
): ReturnType<typeof restOf> {
  const end = ended === null ? null : { code: null, signal: null, atMs: nowMs, ...ended };
  return restOf({ fields: { restart }, ended: end, failures }, nowMs);
}

describe('a process that ended', () => {
  it('is started again by "always", however it ended', () => {
    for (const ended of [{ code: 0 }, { code: 1 }, { signal: 'SIGKILL' }, {}, null])
      expect(rest('always', ended)).toEqual({ kind: 'due' });
  });

  it('is started again by "on-failure" unless it surely ended well', () => {
    expect(rest('on-failure', { code: 0 })).toEqual({ kind: 'done' });
    for (const ended of [{ code: 1 }, { signal: 'SIGTERM' }, {}, null])
      expect(rest('on-failure', ended)).toEqual({ kind: 'due' });
  });

  it('stays as it is by "never"', () => {
    expect(rest('never', { code: 0 })).toEqual({ kind: 'done' });
    for (const ended of [{ code: 1 }, { signal: 'SIGTERM' }, {}, null])
      expect(rest('never', ended)).toEqual({ kind: 'failed' });
  });

  it('waits longer and longer in a crash loop, and never longer than a minute', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000].map(restartDelayMs);
    expect(delays).toEqual([
      0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
    expect(rest('always', { code: 1 }, 3)).toEqual({ kind: 'waiting', atMs: nowMs + 2_000 });
    expect(rest('always', { code: 1, atMs: nowMs - 2_000 }, 3)).toEqual({ kind: 'due' });
  });

  it('waits no longer because the clock was set back', () => {
    expect(rest('always', { code: 1, atMs: nowMs + 3_600_000 }, 3)).toEqual({
      kind: 'waiting',
      atMs: nowMs + 2_000,
    });
  });

  it('counts an early end as a failure, and a late one as the first', () => {
    const record = { startedAtMs: 0, failures: 4 } as ProcessRecord;
    const at = (atMs: number): Ended => ({ code: 1, signal: null, atMs });
    expect(failuresAfter(record, at(9_999))).toBe(5);
    expect(failuresAfter(record, at(10_000))).toBe(1);
  });
});
