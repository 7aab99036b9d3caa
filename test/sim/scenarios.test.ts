import { expect, test } from 'vitest';
import { playScenario } from './run/run.ts';
import { scenarios } from './scenarios/registry.ts';

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  async (_name, scenario) => {
    const { violations, effects } = await playScenario(scenario);
    expect(violations).toEqual([]);
    expect(effects).toBeGreaterThan(0);
  },
);
