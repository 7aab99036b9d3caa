import { defaultSettings } from '../git/model.ts';
import type {
  ApplicationModel,
  ApplicationSettings,
  ManifestFault,
  ThingModel,
} from '../git/model.ts';
import type { Chance } from '../world/random.ts';
import { commit, commitApplication, pickApplication } from './edit.ts';
import type { Operation } from './operation.ts';
import { newThing } from './things.ts';

/** Commits that change applications, their settings, and whether they can be read at all. */

export function newApplication(dice: Chance, name: string): ApplicationModel {
  const things: ThingModel[] = [];
  for (let left = 1 + dice.int(5); left > 0; left -= 1) things.push(newThing(dice, name, things));
  return {
    name,
    folder: name,
    environments: dice.pick([['dev'], ['dev'], ['prod'], ['dev', 'prod']]),
    things,
    fault: null,
    settings: {
      ...defaultSettings,
      healthCheck: dice.hits(0.2),
      selfHeal: !dice.hits(0.1),
      prune: !dice.hits(0.1),
      allowEmpty: dice.hits(0.15),
      onRemoval: dice.pick(['confirm', 'confirm', 'delete', 'orphan']),
      onFailure: dice.hits(0.2) ? 'stay' : 'revert',
      maxPrunePercent: dice.pick([20, 20, 50, 100]),
      sync: dice.hits(0.1) ? dice.pick(['auto', 'approve', 'manual']) : null,
    },
  };
}

const addApplication: Operation = {
  name: 'add an application',
  weight: 3,
  run: (world, dice) => {
    const taken = world.repository.tip?.model.applications ?? [];
    const free = ['web', 'api', 'job', 'db'].filter((name) =>
      taken.every((one) => one.name !== name && one.folder !== name),
    );
    if (free.length === 0) return null;
    const application = newApplication(dice, dice.pick(free));
    return commit(
      world,
      (model) => ({ ...model, applications: [...model.applications, application] }),
      `new application ${application.name} in ${application.environments.join(', ')}`,
    );
  },
};

const removeApplication: Operation = {
  name: 'remove an application',
  weight: 3,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null || (world.repository.tip?.model.applications.length ?? 0) < 2)
      return null;
    return commit(
      world,
      (model) => ({
        ...model,
        applications: model.applications
          .filter(({ name }) => name !== application.name)
          .map((one) => ({
            ...one,
            settings: {
              ...one.settings,
              dependsOn: one.settings.dependsOn.filter((name) => name !== application.name),
            },
          })),
      }),
      `application ${application.name} leaves (${application.settings.onRemoval})`,
    );
  },
};

const renameApplication: Operation = {
  name: 'rename an application',
  weight: 3,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    const model = world.repository.tip?.model;
    if (application === null || model === undefined) return null;
    const name = application.name.endsWith('-x') ? application.folder : `${application.name}-x`;
    if (model.applications.some((one) => one.name === name)) return null;
    const previousNames = [
      ...new Set([...application.settings.previousNames, application.name]),
    ].filter((one) => one !== name);
    const rename = (one: string): string => (one === application.name ? name : one);
    return commit(
      world,
      () => ({
        ...model,
        applications: model.applications.map((one) => ({
          ...one,
          name: rename(one.name),
          settings: {
            ...one.settings,
            dependsOn: one.settings.dependsOn.map(rename),
            ...(one === application ? { previousNames } : {}),
          },
        })),
      }),
      `application ${application.name} is called ${name} from now on`,
    );
  },
};

const changeSettings: Operation = {
  name: 'change settings',
  weight: 5,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null) return null;
    const others = (world.repository.tip?.model.applications ?? []).filter(
      (one) => one !== application && one.settings.dependsOn.length === 0,
    );
    const isNeeded = (world.repository.tip?.model.applications ?? []).some(({ settings }) =>
      settings.dependsOn.includes(application.name),
    );
    const choices: Partial<ApplicationSettings>[] = [
      { prune: dice.hits(0.5) },
      { selfHeal: dice.hits(0.5) },
      { allowEmpty: dice.hits(0.5) },
      { onRemoval: dice.pick(['confirm', 'delete', 'orphan'] as const) },
      { onRemoval: dice.pick(['confirm', 'delete', 'orphan'] as const) },
      { onFailure: dice.pick(['revert', 'stay'] as const) },
      { maxPrunePercent: dice.pick([0, 20, 50, 100]) },
      { retryLimit: dice.pick([null, 0, 2]) },
      { sync: dice.pick([null, null, 'auto', 'approve', 'manual'] as const) },
      { wave: dice.int(3) },
      { healthCheck: dice.hits(0.5) },
      {
        dependsOn:
          others.length === 0 || isNeeded || dice.hits(0.3) ? [] : [dice.pick(others).name],
      },
    ];
    const chosen = dice.pick(choices);
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, settings: { ...one.settings, ...chosen } }),
      `${application.name}: ${JSON.stringify(chosen)}`,
    );
  },
};

const changeEnvironments: Operation = {
  name: 'change where an application runs',
  weight: 2,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null) return null;
    const environments = dice.pick([['dev'], ['prod'], ['dev', 'prod']]);
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, environments }),
      `${application.name} runs in ${environments.join(', ')}`,
    );
  },
};

const changeEnvironment: Operation = {
  name: 'change an environment',
  weight: 2,
  run: (world, dice) =>
    commit(
      world,
      (model) => ({
        ...model,
        environments: model.environments.map((one) => {
          if (one.name !== 'prod') return one;
          return dice.hits(0.5)
            ? { ...one, sync: dice.pick(['auto', 'approve', 'manual'] as const) }
            : dice.hits(0.3)
              ? { ...one, ephemeral: !one.ephemeral }
              : { ...one, targets: one.targets.length > 1 ? ['west'] : ['west', 'south'] };
        }),
      }),
      'environment prod',
    ),
};

const manifestFaults: readonly ManifestFault[] = [
  'empty',
  'empty',
  'syntax',
  'unknown-kind',
  'duplicate',
  'missing',
];

const breakManifests: Operation = {
  name: 'break manifests',
  weight: 5,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null) return null;
    const fault = dice.pick(manifestFaults);
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, fault }),
      `the manifests of ${application.name}: ${fault}`,
    );
  },
};

const mendManifests: Operation = {
  name: 'mend manifests',
  weight: 4,
  run: (world, dice) => {
    const application = pickApplication(world, dice, ({ fault }) => fault !== null);
    if (application === null) return null;
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, fault: null }),
      `the manifests of ${application.name} are fine again`,
    );
  },
};

const breakConfiguration: Operation = {
  name: 'break the configuration',
  weight: 4,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    const kind = dice.pick(['syntax', 'missing', 'document', 'document'] as const);
    if (kind === 'document' && application === null) return null;
    return commit(
      world,
      (model) => ({
        ...model,
        configFault:
          kind === 'document' ? { kind, application: application?.name ?? '' } : { kind },
      }),
      `configuration: ${kind} ${kind === 'document' ? application?.name : ''}`,
    );
  },
};

const mendConfiguration: Operation = {
  name: 'mend the configuration',
  weight: 3,
  run: (world) =>
    world.repository.tip?.model.configFault == null
      ? null
      : commit(world, (model) => ({ ...model, configFault: null }), 'configuration is fine again'),
};

export const applications: readonly Operation[] = [
  addApplication,
  removeApplication,
  renameApplication,
  changeSettings,
  changeEnvironments,
  changeEnvironment,
  breakManifests,
  mendManifests,
  breakConfiguration,
  mendConfiguration,
];
