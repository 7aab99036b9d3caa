import { defaultSettings } from '../git/model.ts';
import type { ApplicationModel, EnvironmentModel, ThingModel } from '../git/model.ts';
import { newThing } from '../operations/commits.ts';
import { operations } from '../operations/registry.ts';
import { Chance } from '../world/random.ts';
import type { Setup } from './world.ts';

/** What happens between one operation and the next. */
export type Gap =
  /** So many turns: the next one comes in the middle of something. */
  | { readonly kind: 'turns'; readonly turns: number }
  /** Virtual time. */
  | { readonly kind: 'time'; readonly ms: number };

export interface Step {
  readonly operation: string;
  /** Decides what exactly the operation does. */
  readonly seed: number;
  readonly gap: Gap;
}

/** All that is to happen, from one seed. */
export interface Schedule {
  readonly seed: number;
  readonly setup: Setup;
  readonly steps: readonly Step[];
}

export function scheduleOf(seed: number): Schedule {
  const chance = new Chance(seed, 'schedule');
  const setup = setupOf(chance);
  // Each schedule leaves out about half of all operations, so that rare ones meet each other in peace.
  const chosen = operations.filter(() => chance.hits(0.5));
  const list = chosen.length === 0 ? operations : chosen;
  const bag = list.flatMap((one) => Array.from({ length: one.weight }, () => one));
  const steps = Array.from({ length: 4 + chance.int(24) }, () => ({
    operation: chance.pick(bag).name,
    seed: chance.next(),
    gap: gapOf(chance),
  }));
  return { seed, setup, steps };
}

function gapOf(chance: Chance): Gap {
  if (chance.hits(0.45)) return { kind: 'turns', turns: chance.logarithmic(1, 200) };
  return { kind: 'time', ms: chance.logarithmic(1, chance.hits(0.1) ? 8 * 3_600_000 : 600_000) };
}

function setupOf(chance: Chance): Setup {
  const environments: readonly EnvironmentModel[] = [
    { name: 'dev', targets: ['east'], sync: 'auto', ephemeral: false },
  ];
  const applications = ['web', 'api', 'job', 'db']
    .slice(0, 1 + chance.int(3))
    .map((name): ApplicationModel => {
      const things: ThingModel[] = [];
      for (let left = 1 + chance.int(5); left > 0; left -= 1) things.push(newThing(chance, things));
      return {
        name,
        folder: name,
        environments: ['dev'],
        things,
        fault: null,
        settings: defaultSettings,
      };
    });
  return {
    identity: chance.pick(['number', 'content']),
    concurrency: chance.pick([1, 2, 8]),
    allowForcedPush: chance.hits(0.3),
    model: { applications, environments, configFault: null },
  };
}
