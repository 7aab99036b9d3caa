import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changeOf,
  found,
  planOf,
  planSetOf,
  recorded,
  wanted,
} from '../../test/support/resources.ts';
import type { Situation } from '../../test/support/resources.ts';
import {
  contestOf,
  contestedUntilMs,
  healedFields,
  recordHeal,
  reversible,
  type HealLog,
} from './contest.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const field = 'host.fairlead.dev/File//index content';

function healedAt(...minutes: readonly number[]): HealLog {
  let log: HealLog = new Map();
  for (const minute of minutes) log = recordHeal(log, [field], minute * minuteMs);
  return log;
}

function untilMinute(log: HealLog, nowMinute: number): number | null {
  const until = contestedUntilMs(log, [field], nowMinute * minuteMs);
  return until === null ? null : until / minuteMs;
}

/** Somebody reverses the field each time after a pause; when it is healed, and whether that had to wait. */
function fight(pausesMs: readonly number[]): readonly { atMs: number; waited: boolean }[] {
  let log: HealLog = new Map();
  let nowMs = 0;
  return pausesMs.map((pauseMs) => {
    nowMs += pauseMs;
    const until = contestedUntilMs(log, [field], nowMs);
    nowMs = until ?? nowMs;
    log = recordHeal(log, [field], nowMs);
    return { atMs: nowMs, waited: until !== null };
  });
}

describe('invariant 10: healing never becomes a fight', () => {
  test('three heals within ten minutes make a field contested; two do not', () => {
    expect(untilMinute(healedAt(0, 9), 9)).toBeNull();
    expect(untilMinute(healedAt(0, 4, 9), 9)).toBe(21);
  });

  test('three heals over ten minutes or more do not', () => {
    expect(untilMinute(healedAt(0, 5, 10), 10)).toBeNull();
    expect(untilMinute(healedAt(0, 5, 10, 14), 14)).toBe(26);
  });

  test('a contested field is healed again 12 minutes after the last time', () => {
    expect(untilMinute(healedAt(0, 1, 2), 13.9)).toBe(14);
    expect(untilMinute(healedAt(0, 1, 2), 14)).toBeNull();
  });

  test('an hour in which nobody reversed it ends the contest', () => {
    const log = recordHeal(healedAt(0, 1, 2), [field], 62 * minuteMs);
    expect(contestedUntilMs(log, [field], 62 * minuteMs)).toBeNull();
  });

  test('only its own healing waits: other heals and a new commit go on', () => {
    const log = healedAt(0, 1, 2);
    const theirs = (name: string): Situation => {
      const item = wanted(name, { content: 'ours' });
      return { want: item, know: recorded(item), see: found(item, { fields: { content: 'x' } }) };
    };
    const planSet = planSetOf(planOf([theirs('index'), theirs('other'), { want: wanted('new') }]));
    const waiting = planSet.plans[0]!.changes.filter(({ id }) => id.name === 'index');
    expect(contestOf(log, planSet, 3 * minuteMs)).toEqual({
      untilMs: 14 * minuteMs,
      heals: new Set(waiting.map(({ digest }) => digest)),
      release: false,
    });
    expect(contestOf(log, planSet, 14 * minuteMs).untilMs).toBeNull();
  });

  test('however fast somebody reverses it, it is healed at most five times in any hour once it is contested', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 * minuteMs }), { minLength: 30, maxLength: 200 }),
        (pausesMs) => {
          const heals = fight(pausesMs);
          const free = heals.filter(({ waited }) => !waited).length;
          const held = heals.slice(heals.findIndex(({ waited }) => waited)).map(({ atMs }) => atMs);
          // All but a few come so fast that they must wait.
          expect(free).toBeLessThan(heals.length);
          for (const start of held)
            expect(
              held.filter((at) => at >= start && at < start + hourMs).length,
            ).toBeLessThanOrEqual(5);
        },
      ),
    );
  });

  test('the log forgets what is over, so that it does not grow', () => {
    let log: HealLog = new Map();
    for (let minute = 0; minute < 10_000; minute += 12)
      log = recordHeal(log, [field], minute * minuteMs);
    expect(JSON.stringify([...log]).length).toBeLessThan(500);
    expect(recordHeal(log, ['other'], 20_000 * minuteMs).has(field)).toBe(false);
  });
});

describe('what a heal puts back', () => {
  const item = wanted('index', { content: 'ours', mode: '0644' });

  test('is named by resource and field', () => {
    const see = found(item, { fields: { content: 'theirs', mode: '0600' } });
    expect(healedFields([changeOf({ want: item, know: recorded(item), see })])).toEqual([
      'host.fairlead.dev/File//index content',
      'host.fairlead.dev/File//index mode',
    ]);
  });

  test('is the whole thing where it was deleted', () => {
    expect(healedFields([changeOf({ want: item, know: recorded(item) })])).toEqual([
      'host.fairlead.dev/File//index (whole)',
    ]);
  });

  test('is nothing where nobody changed it: what ends by itself may be started as often as its target allows', () => {
    const see = found(item, {
      fields: { content: 'theirs', mode: '0600' },
      because: { content: 'ended with code 1' },
    });
    expect(healedFields([changeOf({ want: item, know: recorded(item), see })])).toEqual([
      'host.fairlead.dev/File//index mode',
    ]);
  });

  test('is nothing where Git asks for a change', () => {
    expect(healedFields([changeOf({ want: item })])).toEqual([]);
  });
});

describe('what a release changes', () => {
  const item = wanted('index');

  test('is contested when it has to be changed again and again at one revision, and not at another', () => {
    const one = planSetOf(planOf([{ want: item }]));
    const other = { ...one, revision: [{ source: '', commit: 'b'.repeat(40), tree: '' }] };
    let log: HealLog = new Map();
    for (const minute of [0, 1, 2]) log = recordHeal(log, reversible(one), minute * minuteMs);
    expect(contestedUntilMs(log, reversible(one), 3 * minuteMs)).toBe(14 * minuteMs);
    expect(contestOf(log, one, 3 * minuteMs)).toMatchObject({ release: true });
    expect(contestedUntilMs(log, reversible(other), 3 * minuteMs)).toBeNull();
  });

  test('is not contested where it never came about: what failed nobody reversed', () => {
    const plan = planSetOf(planOf([{ want: item }]));
    let log: HealLog = new Map();
    for (const minute of [0, 1, 2])
      log = recordHeal(
        log,
        reversible(plan, () => false),
        minute * minuteMs,
      );
    expect(contestedUntilMs(log, reversible(plan), 3 * minuteMs)).toBeNull();
  });
});
