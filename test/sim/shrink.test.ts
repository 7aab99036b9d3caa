import { expect, test } from 'vitest';
import type { Outcome } from './run/run.ts';
import type { Schedule } from './run/schedule.ts';
import { scheduleOf } from './run/schedule.ts';
import { only, shrink } from './run/shrink.ts';

/** A schedule of so many steps, told apart by their seeds. */
function scheduleWith(count: number): Schedule {
  const steps = Array.from({ length: count }, (_, at) => ({
    operation: 'start',
    seed: at,
    gap: { kind: 'turns' as const, turns: 1 },
  }));
  return { ...scheduleOf(1), steps };
}

/** Breaks a rule exactly where all of these steps are played. */
function failsWith(...needed: readonly number[]) {
  return async ({ steps }: Schedule): Promise<Outcome> => {
    const isThere = needed.every((seed) => steps.some((step) => step.seed === seed));
    const violations = isThere ? [{ rule: 'fencing' as const, message: 'planted', atMs: 0 }] : [];
    return { violations, hash: '', done: [], trace: [], turns: 0, effects: 0 };
  };
}

test.each([[[7]], [[0, 23]], [[3, 4, 19]]])(
  'a failure that needs steps %j is shrunk to them',
  async (needed) => {
    const run = failsWith(...needed);
    const schedule = scheduleWith(24);
    const shrunk = await shrink(schedule, await run(schedule), run);
    expect(shrunk.kept).toEqual(needed);
    expect(shrunk.outcome.violations).toHaveLength(1);
  },
);

test('a failure that needs no step at all is shrunk to none', async () => {
  const run = failsWith();
  const schedule = scheduleWith(9);
  expect((await shrink(schedule, await run(schedule), run)).kept).toEqual([]);
});

test('another broken rule is not taken for the same failure', async () => {
  const schedule = scheduleWith(8);
  const run = async (tried: Schedule): Promise<Outcome> => {
    const outcome = await failsWith(2)(tried);
    if (tried.steps.length === 8) return outcome;
    const violations = [{ rule: 'held' as const, message: 'another one', atMs: 0 }];
    return { ...outcome, violations };
  };
  expect((await shrink(schedule, await run(schedule), run)).kept).toHaveLength(8);
});

test('only the steps that are named are kept, in their order', () => {
  expect(only(scheduleWith(5), [1, 3, 9]).steps.map(({ seed }) => seed)).toEqual([1, 3]);
});
