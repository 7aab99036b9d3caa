import { ClusterPlace } from '../cluster/place.ts';
import { hookManifest } from '../cluster/things.ts';
import { placeOfRun } from '../git/model.ts';
import type { ApplicationModel, RepositoryModel, RunModel, RunPhase } from '../git/model.ts';
import { HostPlace } from '../place/host-place.ts';
import type { Chance } from '../world/random.ts';
import { commitApplication, pickApplication } from './edit.ts';
import type { Operation } from './operation.ts';
import { newValue } from './things.ts';

/** Commits that change what is run beside what is kept up, and what others do to that. */

const phases: readonly RunPhase[] = [
  'PreSync',
  'PreSync',
  'Sync',
  'PostSync',
  'PostSync',
  'SyncFail',
  'PreDelete',
  'PostDelete',
];

function newRun(dice: Chance, { things, runs = [] }: ApplicationModel): RunModel | null {
  const name = ['run-a', 'run-b', 'run-c'].find((one) => runs.every((run) => run.name !== one));
  if (name === undefined) return null;
  return {
    name,
    phase: dice.pick(phases),
    deletion: dice.pick(['BeforeHookCreation', 'HookSucceeded', 'HookFailed']),
    value: newValue(dice),
    watches: things.length === 0 || dice.hits(0.3) ? null : dice.pick(things).name,
    wave: dice.hits(0.3) ? dice.int(3) : 0,
  };
}

/** Gives some applications something that is run. */
export function withRuns(dice: Chance, model: RepositoryModel): RepositoryModel {
  const applications = model.applications.map((application) => {
    let whole = application;
    for (let left = dice.hits(0.4) ? 1 + dice.int(2) : 0; left > 0; left -= 1) {
      const run = newRun(dice, whole);
      if (run !== null) whole = { ...whole, runs: [...(whole.runs ?? []), run] };
    }
    return whole;
  });
  return { ...model, applications };
}

const addRun: Operation = {
  name: 'add a hook or command',
  weight: 4,
  run: (world, dice) => {
    const application = pickApplication(world, dice, ({ things }) => things.length > 0);
    const run = application === null ? null : newRun(dice, application);
    if (application === null || run === null) return null;
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, runs: [...(one.runs ?? []), run] }),
      `${application.name} gets ${run.name} (${run.phase}, ${run.deletion})`,
    );
  },
};

/** Commits a change to something that is run; `null`: it goes. */
function change(
  name: string,
  weight: number,
  to: (dice: Chance, run: RunModel) => RunModel | null,
): Operation {
  return {
    name,
    weight,
    run: (world, dice) => {
      const application = pickApplication(world, dice, ({ runs = [] }) => runs.length > 0);
      if (application === null) return null;
      const chosen = dice.pick(application.runs ?? []);
      const next = to(dice, chosen);
      return commitApplication(
        world,
        application.name,
        (one) => ({
          ...one,
          runs: (one.runs ?? []).flatMap((run) => (run === chosen ? (next ?? []) : run)),
        }),
        `${application.name}/${chosen.name}: ${next === null ? 'leaves' : `${next.phase} ${next.value}`}`,
      );
    },
  };
}

const others: Operation = {
  name: "leave another tool's hook",
  weight: 3,
  run: (world, dice) => {
    const { model } = dice.pick(world.repository.commits);
    const application = dice.pick(model.applications);
    const environment = dice.pick(model.environments);
    const place = world.places.get(dice.pick(environment.targets));
    const [run] = application.runs ?? [];
    const kind = place instanceof ClusterPlace ? place.cluster.kindOf('batch', 'Job') : null;
    if (!(place instanceof ClusterPlace) || run === undefined || kind === null) return null;
    const at = placeOfRun('kubernetes', environment.name, application, run);
    if (place.object(at) !== null) return null;
    const namespace = `${environment.name}-${application.folder}`;
    place.ensureNamespace(namespace);
    place.make(namespace, kind, hookManifest(at, { ...run, value: newValue(dice) }));
    return `another tool runs the hook ${at} at ${place.name}`;
  },
};

const undo: Operation = {
  name: 'undo what a command did',
  weight: 3,
  run: (world, dice) => {
    const hosts = [...world.places.values()].filter((place) => place instanceof HostPlace);
    const place = hosts.length === 0 ? null : dice.pick(hosts);
    const done = [...(place?.commands.keys() ?? [])];
    if (place === null || done.length === 0) return null;
    const at = dice.pick(done);
    place.commands.delete(at);
    world.judge.meddled.add(`${place.name} ${at}`);
    return `somebody undoes what ${at} at ${place.name} did`;
  },
};

export const runs: readonly Operation[] = [
  addRun,
  change('drop a hook or command', 2, () => null),
  change('edit a hook or command', 4, (dice, run) => ({ ...run, value: newValue(dice) })),
  change('commit a run that never ends well', 3, (dice, run) => ({
    ...run,
    value: `bad${dice.int(100)}`,
  })),
  change('change when a hook runs', 2, (dice, run) => ({ ...run, phase: dice.pick(phases) })),
  others,
  undo,
];
