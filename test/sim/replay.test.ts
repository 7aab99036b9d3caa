import { expect, test } from 'vitest';
import { play, playScenario } from './run/run.ts';
import { scheduleOf } from './run/schedule.ts';
import { scenarios } from './scenarios/registry.ts';

const seeds = Array.from({ length: 25 }, (_, at) => at + 1);

test('the same seed plays the same way, step by step', async () => {
  for (const seed of seeds) {
    const [first, again] = [await play(scheduleOf(seed)), await play(scheduleOf(seed), true)];
    expect([again.hash, again.turns, again.effects]).toEqual([
      first.hash,
      first.turns,
      first.effects,
    ]);
  }
});

test('different seeds play differently', async () => {
  const hashes: string[] = [];
  for (const seed of seeds) hashes.push((await play(scheduleOf(seed))).hash);
  expect(new Set(hashes).size).toBe(seeds.length);
});

test('a scenario plays the same way, too', async () => {
  const [scenario] = scenarios;
  if (scenario === undefined) throw new Error('there are no scenarios');
  expect((await playScenario(scenario)).hash).toBe((await playScenario(scenario)).hash);
});
