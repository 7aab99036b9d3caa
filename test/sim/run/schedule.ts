import type { EnvironmentModel } from '../git/model.ts';
import { newApplication } from '../operations/applications.ts';
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
    { name: 'dev', targets: ['east'], sync: 'auto', ephemeral: chance.hits(0.1) },
    {
      name: 'prod',
      targets: chance.hits(0.3) ? ['west', 'south'] : ['west'],
      sync: chance.pick(['auto', 'approve', 'approve', 'manual']),
      ephemeral: false,
    },
  ];
  const applications = ['web', 'api', 'job', 'db']
    .slice(0, 1 + chance.int(3))
    .map((name) => newApplication(chance, name));
  return {
    identity: chance.pick(['number', 'content']),
    concurrency: chance.pick([1, 2, 8]),
    allowForcedPush: chance.hits(0.3),
    mends: chance.hits(0.8),
    model: { applications, environments, configFault: null },
  };
}
