import { ClusterPlace, foreignFinalizer } from '../cluster/place.ts';
import { listAt, objectAt, set, textAt } from '../cluster/value.ts';
import type { World } from '../run/world.ts';
import type { Chance } from '../world/random.ts';
import { projectNames } from '../git/model.ts';
import type { ThingModel } from '../git/model.ts';
import { pickRunning } from './controllers.ts';
import { commitApplication, commitThing, pickApplication } from './edit.ts';
import type { Operation } from './operation.ts';
import { newValue } from './things.ts';

/** What happens at clusters alone. */

function pickCluster(world: World, dice: Chance): ClusterPlace | null {
  const clusters = [...world.places.values()].filter((place) => place instanceof ClusterPlace);
  return clusters.length === 0 ? null : dice.pick(clusters);
}

/** Something that an application made, or may have made. */
function pickObject(
  place: ClusterPlace,
  dice: Chance,
  fits: (kind: string) => boolean = () => true,
) {
  const things = place.things.filter(({ at }) => fits(at.split('/')[0] ?? ''));
  if (things.length === 0) return null;
  const { at } = dice.pick(things);
  const object = place.object(at);
  return object === null ? null : { at, object };
}

/** The same, of any cluster. */
function pickAnywhere(world: World, dice: Chance) {
  const place = pickCluster(world, dice);
  const picked = place === null ? null : pickObject(place, dice);
  return place === null || picked === null ? null : { place, ...picked };
}

const compact: Operation = {
  name: 'compact the history',
  weight: 5,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    if (place === null) return null;
    place.cluster.compact();
    return `${place.name} forgets its history`;
  },
};

const scaler: Operation = {
  name: 'an autoscaler comes or goes',
  weight: 4,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    const kind = place?.cluster.kindOf('autoscaling', 'HorizontalPodAutoscaler') ?? null;
    if (place === null || kind === null) return null;
    const picked = pickObject(place, dice, (name) => name === 'Deployment');
    if (picked === null) return null;
    const [namespace, name] = [
      textAt(picked.object, 'metadata', 'namespace'),
      textAt(picked.object, 'metadata', 'name'),
    ];
    if (place.cluster.objects.find({ kind, namespace, name }) !== null) {
      place.remove({ kind, namespace, name });
      return `the autoscaler of ${picked.at} at ${place.name} goes`;
    }
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
    place.make(namespace, kind, { metadata: { name }, spec: { scaleTargetRef, maxReplicas: 5 } });
    return `somebody makes an autoscaler for ${picked.at} at ${place.name}`;
  },
};

const scale: Operation = {
  name: 'autoscalers act',
  weight: 5,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    if (place === null) return null;
    place.scale(dice);
    return `autoscalers of ${place.name} look again`;
  },
};

const inject: Operation = {
  name: 'another manager applies a field',
  weight: 4,
  run: (world, dice) => {
    const picked = pickAnywhere(world, dice);
    if (picked === null) return null;
    const { place } = picked;
    const annotations = { 'example.com/injected': String(dice.int(100)) };
    place.applyAs('injector', picked.object, { metadata: { annotations } });
    return `an injector marks ${picked.at} at ${place.name}`;
  },
};

const unmark: Operation = {
  name: 'take the label off',
  weight: 3,
  run: (world, dice) => {
    const picked = pickAnywhere(world, dice);
    if (picked === null) return null;
    const { place } = picked;
    place.edit(picked.object, (live) =>
      set(live, ['metadata', 'labels', 'fairlead.dev/managed'], undefined),
    );
    world.judge.onForeign(place, picked.at);
    return `somebody takes Fairlead's label from ${picked.at} at ${place.name}`;
  },
};

const holdUp: Operation = {
  name: 'hold up a deletion',
  weight: 3,
  run: (world, dice) => {
    const picked = pickAnywhere(world, dice);
    if (picked === null) return null;
    const { place } = picked;
    place.edit(picked.object, (live) =>
      set(
        live,
        ['metadata', 'finalizers'],
        [
          ...listAt(live, 'metadata', 'finalizers').filter((one) => one !== foreignFinalizer),
          foreignFinalizer,
        ],
      ),
    );
    const ms = dice.logarithmic(100, 3_600_000);
    void world.scheduler.sleep(world.process, ms).then(() => {
      const live = place.object(picked.at);
      if (live === null) return;
      const left = listAt(live, 'metadata', 'finalizers').filter((one) => one !== foreignFinalizer);
      place.edit(live, (one) => set(one, ['metadata', 'finalizers'], left));
    });
    return `somebody's finalizer is on ${picked.at} at ${place.name} for ${ms} ms`;
  },
};

const removeKind: Operation = {
  name: 'remove or bring a kind',
  weight: 2,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    if (place === null) return null;
    for (const { at } of place.things)
      if (at.startsWith('Widget/')) world.judge.onForeign(place, at);
    return place.undefine()
      ? `somebody removes the kind Widget from ${place.name}, with all that is of it`
      : (place.define(), `somebody brings the kind Widget to ${place.name}`);
  },
};

const removeNamespace: Operation = {
  name: 'delete a namespace',
  weight: 2,
  run: (world, dice) => {
    const picked = pickAnywhere(world, dice);
    const kind = picked?.place.cluster.kindOf('', 'Namespace') ?? null;
    if (picked === null || kind === null) return null;
    const { place } = picked;
    const name = textAt(objectAt(picked.object, 'metadata'), 'namespace');
    if (name === '') return null;
    for (const { at } of place.things)
      if (at.includes(`/${name}/`)) world.judge.onForeign(place, at);
    place.remove({ kind, namespace: '', name });
    return `somebody deletes the namespace ${name} of ${place.name}`;
  },
};

const staleApi: Operation = {
  name: 'an aggregated API fails',
  weight: 2,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    if (place === null) return null;
    const own = ['sim.fairlead.dev/v1', 'sim.fairlead.dev/v2'];
    const names = dice.pick([['metrics.k8s.io/v1beta1'], own, own.slice(1)]);
    for (const name of names) place.cluster.stale.add(name);
    const ms = dice.logarithmic(100, 1_800_000);
    void world.scheduler.sleep(world.process, ms).then(() => {
      for (const name of names) place.cluster.stale.delete(name);
    });
    return `the API ${names.join(' and ')} of ${place.name} does not answer for ${ms} ms`;
  },
};

const crash: Operation = {
  name: 'crash at a request',
  weight: 5,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    if (controller === null) return null;
    const point = dice.pick(['before-request', 'after-request'] as const);
    const after = dice.logarithmic(1, 60);
    controller.crashAt(point, after);
    return `${controller.name} is to die ${point}, the ${after}. time`;
  },
};

const tellLate: Operation = {
  name: 'records are told of late',
  weight: 4,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    const faults = place === null ? undefined : world.faults.targets.get(place.name);
    if (place === null || faults === undefined) return null;
    faults.recordsLateMs = dice.logarithmic(1_000, 600_000);
    const ms = dice.logarithmic(1_000, 3_600_000);
    void world.scheduler.sleep(world.process, ms).then(() => (faults.recordsLateMs = 0));
    return `${place.name} tells of records up to ${faults.recordsLateMs} ms late, for ${ms} ms`;
  },
};

const changeProject: Operation = {
  name: 'an application changes its project',
  weight: 3,
  run: (world, dice) => {
    const application = pickApplication(world, dice);
    if (application === null) return null;
    const project = application.settings.project === null ? dice.pick(projectNames) : null;
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, settings: { ...one.settings, project } }),
      `${application.name} is of ${project ?? 'no project'}`,
    );
  },
};

const changeProjectAndThings: Operation = {
  name: 'an application changes its project and its manifests',
  weight: 2,
  run: (world, dice) => {
    const application = pickApplication(world, dice, ({ things }) => things.length > 0);
    if (application === null) return null;
    const project = application.settings.project === null ? dice.pick(projectNames) : null;
    const edited = dice.pick(application.things);
    const value = newValue(dice);
    return commitApplication(
      world,
      application.name,
      (one) => ({
        ...one,
        things: one.things.map((thing) => (thing === edited ? { ...thing, value } : thing)),
        settings: { ...one.settings, project },
      }),
      `${application.name} is of ${project ?? 'no project'}, and ${edited.name} = ${value}`,
    );
  },
};

const takeRights: Operation = {
  name: 'rights are taken',
  weight: 3,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    if (place === null) return null;
    place.revoke();
    const ms = dice.logarithmic(100, 1_800_000);
    void world.scheduler.sleep(world.process, ms).then(() => place.grant());
    return `those whom projects act as may do nothing at ${place.name} for ${ms} ms`;
  },
};

const changeVersion: Operation = {
  name: 'a manifest moves to another version',
  weight: 3,
  run: (world, dice) =>
    commitThing(
      world,
      dice,
      ({ kind }) => kind === 'Task',
      ({ version, ...thing }) => (version === undefined ? { ...thing, version: 'v2' } : thing),
      ({ name, version }, application) =>
        `${application.name}/${name} is of ${version === undefined ? 'the second' : 'the first'} version`,
    ),
};

const serveVersions: Operation = {
  name: 'versions of a kind come and go',
  weight: 3,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    const versions = dice.pick([['v1'], ['v2'], ['v2', 'v1'], ['v1', 'v2']]);
    if (place?.serve(...versions) !== true) return null;
    return `the kind Widget of ${place.name} has ${versions.join(' and ')}`;
  },
};

const lateKinds: Operation = {
  name: 'kinds come late',
  weight: 3,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    if (place === null) return null;
    place.cluster.establishMs = dice.logarithmic(1_000, 900_000);
    return `definitions take about ${place.cluster.establishMs} ms at ${place.name}`;
  },
};

/** Of one application alone: two that want one kind wait for each other. */
const addKind: Operation = {
  name: 'add a kind and one of it',
  weight: 3,
  run: (world, dice) => {
    const application = pickApplication(world, dice, ({ folder }) => folder === 'web');
    if (application === null || application.things.some(({ kind }) => kind === 'Definition'))
      return null;
    const common = { note: null, secret: null, prune: true };
    const added: readonly ThingModel[] = [
      { ...common, kind: 'Definition', name: 'kind', at: 'kind', value: newValue(dice), wave: 0 },
      {
        ...common,
        kind: 'Gadget',
        name: 'gadget',
        at: 'gadget',
        value: newValue(dice),
        wave: dice.int(2),
      },
    ];
    return commitApplication(
      world,
      application.name,
      (one) => ({ ...one, things: [...one.things, ...added] }),
      `${application.name} gets a kind and one of it`,
    );
  },
};

const mutate: Operation = {
  name: 'a webhook that changes things comes or goes',
  weight: 3,
  run: (world, dice) => {
    const place = pickCluster(world, dice);
    if (place === null) return null;
    if (place.isMutating) place.unmutate();
    else place.mutate();
    return `a webhook at ${place.name} ${place.isMutating ? 'changes what is written' : 'is gone'}`;
  },
};

const limit: Operation = {
  name: 'a namespace is full',
  weight: 3,
  run: (world, dice) => {
    const picked = pickAnywhere(world, dice);
    const namespace = textAt(picked?.object ?? {}, 'metadata', 'namespace');
    const kind = picked?.place.cluster.kinds.find(
      (one) => one.kind === textAt(picked.object, 'kind'),
    );
    if (picked === null || kind === undefined || namespace === '') return null;
    const end = picked.place.limit(kind, namespace);
    const ms = dice.logarithmic(1_000, 3_600_000);
    void world.scheduler.sleep(world.process, ms).then(end);
    return `${namespace} of ${picked.place.name} takes no more ${kind.plural} for ${ms} ms`;
  },
};

export const clusters: readonly Operation[] = [
  mutate,
  limit,
  changeVersion,
  serveVersions,
  lateKinds,
  addKind,
  changeProject,
  changeProjectAndThings,
  takeRights,
  compact,
  tellLate,
  scaler,
  scale,
  inject,
  unmark,
  holdUp,
  removeKind,
  removeNamespace,
  staleApi,
  crash,
];
