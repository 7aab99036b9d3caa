import { projectNames } from '../git/model.ts';
import type { DriverName, EnvironmentModel } from '../git/model.ts';
import { newApplication } from '../operations/applications.ts';
import type { Operation } from '../operations/operation.ts';
import { operationsOf } from '../operations/registry.ts';
import { withRuns } from '../operations/runs.ts';
import { always, clusterThemes, themes } from '../operations/themes.ts';
import { Chance } from '../world/random.ts';
import type { Setup } from './world.ts';

/** What happens between one operation and the next. */
type Gap =
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

/** Which targets schedules have; `mixed`: one in five has clusters. */
export type TargetChoice = DriverName | 'mixed';

const clusterEvery = 5;

/** What the targets of a seed's schedule are. */
export function driverOf(seed: number, choice: TargetChoice): DriverName {
  if (choice !== 'mixed') return choice;
  return seed % clusterEvery === 0 ? 'kubernetes' : 'host';
}

export function scheduleOf(seed: number, driver = driverOf(seed, 'mixed')): Schedule {
  const chance = new Chance(seed, 'schedule');
  const plain = setupOf(chance, driver);
  const setup = { ...plain, model: withRuns(new Chance(seed, 'runs'), plain.model) };
  const bag = chosenOperations(chance, driver).flatMap((one) =>
    Array.from({ length: one.weight }, () => one),
  );
  const steps = Array.from({ length: 4 + chance.int(24) }, () => ({
    operation: chance.pick(bag).name,
    seed: chance.next(),
    gap: gapOf(chance),
  }));
  return { seed, setup, steps };
}

/** Each schedule leaves most operations out, so that rare ones meet each other in peace. */
function chosenOperations(chance: Chance, driver: DriverName): readonly Operation[] {
  const operations = operationsOf(driver);
  const sets = driver === 'host' ? themes : [...themes, ...clusterThemes, ...clusterThemes];
  if (chance.hits(0.35)) {
    const some = operations.filter(() => chance.hits(0.5));
    return some.length === 0 ? operations : some;
  }
  const names = new Set([...chance.pick(sets), ...always]);
  return operations.filter(({ name }) => names.has(name) || chance.hits(0.04));
}

function gapOf(chance: Chance): Gap {
  if (chance.hits(0.45)) return { kind: 'turns', turns: chance.logarithmic(1, 200) };
  return { kind: 'time', ms: chance.logarithmic(1, chance.hits(0.1) ? 8 * 3_600_000 : 600_000) };
}

function setupOf(chance: Chance, driver: DriverName): Setup {
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
    .map((name) => newApplication(chance, name))
    .map((one) =>
      driver === 'kubernetes' && chance.hits(0.3)
        ? { ...one, settings: { ...one.settings, project: chance.pick(projectNames) } }
        : one,
    );
  return {
    identity: chance.pick(['number', 'content']),
    concurrency: chance.pick([1, 2, 8]),
    allowForcedPush: chance.hits(0.3),
    mends: chance.hits(0.8),
    eager: chance.hits(0.4),
    webhook: chance.hits(0.6),
    recordPartBytes: driver === 'kubernetes' ? chance.pick([null, null, 600, 250]) : null,
    model: { driver, applications, environments, configFault: null },
  };
}
