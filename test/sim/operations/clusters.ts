import { ClusterPlace, foreignFinalizer } from '../cluster/place.ts';
import { listAt, objectAt, set, textAt } from '../cluster/value.ts';
import type { World } from '../run/world.ts';
import type { Chance } from '../world/random.ts';
import { projectNames } from '../git/model.ts';
import { pickRunning } from './controllers.ts';
import { commitApplication, pickApplication } from './edit.ts';
import type { Operation } from './operation.ts';

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
    const name = dice.pick(['metrics.k8s.io/v1beta1', 'sim.fairlead.dev/v1']);
    place.cluster.stale.add(name);
    const ms = dice.logarithmic(100, 1_800_000);
    void world.scheduler.sleep(world.process, ms).then(() => place.cluster.stale.delete(name));
    return `the API ${name} of ${place.name} does not answer for ${ms} ms`;
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

export const clusters: readonly Operation[] = [
  changeProject,
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
