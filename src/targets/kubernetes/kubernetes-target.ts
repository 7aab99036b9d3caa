import { healthOf } from '../../health/kubernetes/health-of.ts';
import type { HealthContext } from '../../health/kubernetes/health-of.ts';
import type { HealthRule } from '../../health/kubernetes/user/rules.ts';
import type { InventoryKey } from '../../model/inventory.ts';
import type { Desired, Live, Observation, ResourceId } from '../../model/resource.ts';
import type { Health, HealthStatus } from '../../model/status.ts';
import type { Reference, Target, TargetChange } from '../target.ts';
import type { KubeObject } from './client/object.ts';
import type { ResourceType } from './client/resource-type.ts';
import { connectCluster } from './connect.ts';
import type { Way } from './connect.ts';
import { Culprits } from './culprit/culprits.ts';
import { workloadIn } from './culprit/workload.ts';
import { Obstacles } from './hook/obstacles.ts';
import { isLeftHook, observeHook, observeLeftHook } from './hook/observe.ts';
import { removalRuns } from './hook/removal.ts';
import { Identities } from './identities.ts';
import { payloadOf } from './manifest/payload.ts';
import { logsOf } from './look/logs.ts';
import { lookUp } from './look/look-up.ts';
import { lookAtTrees } from './look/tree.ts';
import { liveMarksOf } from './manifest/live-marks.ts';
import { prepareManifests } from './manifest/prepare.ts';
import { managedSelector } from './names.ts';
import { Blindness } from './notice/blindness.ts';
import { Notices } from './notice/notices.ts';
import { baselineOf } from './object/baseline.ts';
import { Shaper, withoutSecrets } from './object/shape.ts';
import { Existence } from './read/existence.ts';
import type { Facts } from './read/facts.ts';
import { readHook, readOne } from './read/read.ts';
import type { ReadWith } from './read/read.ts';
import { Outage } from './read/outage.ts';
import { withNeeds } from './read/needs.ts';
import { Reported } from './read/reported.ts';
import { hasOthersReplicas, Scalers } from './read/scalers.ts';
import { patienceMs } from './read/patience.ts';
import { Sightings } from './read/sightings.ts';
import { createSchemas } from './schema/schemas.ts';
import { readSettings } from './settings.ts';
import type { TargetOptions } from '../options.ts';
import { applyObject, leaveOutObject } from './write/apply.ts';
import type { WriteWith } from './write/apply.ts';
import { refuseMarked, removeObject } from './write/remove.ts';

/** References looked at side by side; the client itself limits what is sent at once. */
const parallelReads = 16;

type KubernetesTargetOptions = TargetOptions & {
  /** Default: what the settings say. */
  readonly way?: Way;
  /** What one object holds of a record, in bytes. Default: as much as one takes. */
  readonly recordPartBytes?: number;
};

/**
 * A Kubernetes cluster.
 * @throws FairleadError `kubernetes.*` where its settings are wrong, or it cannot be reached or does not let us in
 */
export async function createKubernetesTarget(options: KubernetesTargetOptions): Promise<Target> {
  const { name, clock, hash, sealer, warn } = options;
  const settings = readSettings(name, options.settings);
  const cluster = await connectCluster({ ...options, settings });
  const { client, discovery, ledger } = cluster;

  const judged = await healthContext(settings.healthRules);
  const trim = (object: KubeObject): Facts => {
    const health = healthOf(object, judged);
    const workload = workloadIn(object, health);
    const baseline = baselineOf(hash, sealer, object);
    const marks = liveMarksOf(object);
    return {
      health,
      baseline,
      ...(hasOthersReplicas(object) && { othersReplicas: true }),
      ...(marks && { marks }),
      ...(workload && { workload }),
    };
  };
  const informers = cluster.informers<Facts>({
    labelSelector: managedSelector,
    namespaces: settings.namespaces,
    trim: (_type, object) => trim(object),
    ownedDigest: (_type, _object, { baseline }) => baseline,
  });
  const sightings = new Sightings(informers, trim, clock);
  const existence = new Existence(client, clock);
  const reported = new Reported();
  const identities = new Identities(client);
  const shaper = new Shaper(hash, sealer);
  const schemas = createSchemas(client);

  let listener: (change: TargetChange) => void = () => {};
  const tell = (change: TargetChange): void => listener(change);
  const notices = new Notices(informers, reported, clock, tell);
  const blindness = new Blindness(informers, clock, (type) => notices.with(type), tell);
  const stopListening = ledger.onForeignWrite((what, key) =>
    tell({
      key,
      id: null,
      isRecord: what === 'inventory',
      message: `its ${what} was written by somebody else`,
    }),
  );

  const typeOf = async (id: ResourceId, apiVersion: string | null): Promise<ResourceType | null> =>
    apiVersion === null
      ? discovery.find(id.group, id.kind)
      : ((await discovery.resolve(apiVersion, id.kind)) ?? discovery.find(id.group, id.kind));
  const clientFor: ReadWith['clientFor'] = (key) => identities.clientFor(key);
  const culprits = new Culprits({
    clock,
    clientFor,
    tell,
    judge: (workload, owned) => healthOf(workload, { ...judged, owned }),
  });
  const scalers = new Scalers(client, discovery, clock);
  const shared = { sightings, existence, reported, culprits, scalers, clientFor, typeOf };
  const outage = new Outage(clock);
  const reading: ReadWith = { ...shared, outage, hash, shaper, verified: new Map(), warn };
  const obstacles = new Obstacles({ ...reading, ledger });
  const writing: WriteWith = { ...shared, clock, hash, discovery, ledger };

  const objectOf = async (
    key: InventoryKey,
    id: ResourceId,
    signal: AbortSignal | undefined,
  ): Promise<KubeObject | null> => {
    const type = await typeOf(id, null);
    if (type === null) return null;
    return clientFor(key).get(type, id, signal === undefined ? {} : { signal });
  };

  return {
    name,
    driver: 'kubernetes',
    uid: cluster.uid,
    ledger: {
      ...ledger,
      load: (key, how) => outage.ask(() => ledger.load(key, how)),
      loadHold: (key) => outage.ask(() => ledger.loadHold(key)),
      list: () => outage.ask(() => ledger.list()),
      listHolds: () => outage.ask(() => ledger.listHolds()),
    },
    prepare: (manifests, scope) => {
      identities.learn(scope.key, scope.project);
      const tools = { target: name, discovery, schemas, ledger, shaper, hash };
      return prepareManifests(tools, manifests, scope);
    },
    read: async (key, references, signal, readOptions = {}) => {
      const seen = await readAll(references, {
        look: (reference) =>
          isLeftHook(reference)
            ? observeLeftHook(reading, key, reference, signal, readOptions.isDue === true)
            : readOne(reading, key, reference, signal, readOptions),
        lookAtHook: async (reference, desired, isInstalled) => {
          const seen = await observeHook(hash, reference, desired, {
            isInstalled,
            goesBack: readOptions.goesBack === true,
            isDue: readOptions.isDue === true,
            inTheWay: async (hook) => obstacles.find(key, reference, hook, signal),
            tries: async (hook) => readHook(reading, key, hook, signal),
          });
          signal?.throwIfAborted();
          return seen;
        },
      });
      return withNeeds(reading, key, references, seen, signal);
    },
    apply: (effect) => applyObject(writing, effect),
    // A hook that is not due is recorded as such; there is nothing to mark.
    adopt: async (effect) =>
      payloadOf(effect.desired).hook === null
        ? applyObject(writing, effect)
        : { uid: effect.uid ?? '' },
    remove: async (effect) => {
      await refuseMarked(writing, effect);
      await removeObject(writing, effect);
      scalers.forget(effect.id);
    },
    removalRuns,
    leaveOut: (effect) => leaveOutObject(writing, effect),
    withoutSecrets: ({ body }) => withoutSecrets(sealer, body),
    health: (live) => healthIn(live),
    explain: (key, id, signal) => culprits.explain(key, id, signal),
    patienceMs,
    watch: async (scope) => {
      notices.scope(scope);
      culprits.scope(scope);
      for (const { id, desired, recorded } of scope.references) {
        const apiVersion = (desired?.fields ?? recorded?.fields)?.['apiVersion'];
        const type = await typeOf(id, typeof apiVersion === 'string' ? apiVersion : null);
        if (type !== null) sightings.use(type);
      }
    },
    unwatched: (key) => blindness.warnings(notices.of(key)),
    reach: () => cluster.reach(),
    onChange: (to) => {
      listener = to;
    },
    capabilities: async () => {
      // Whoever asks is about to render, and the engines are slow to start.
      schemas.foresee();
      return {
        kubeVersion: await discovery.serverVersion(),
        apiVersions: [...(await discovery.apiVersions())].toSorted(),
      };
    },
    lookUp: async (lookup, scope) => {
      identities.learn(scope.key, scope.project);
      const type = await discovery.resolve(lookup.apiVersion, lookup.kind);
      return lookUp(clientFor(scope.key), type, lookup, scope.project);
    },
    loggedKinds: ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet', 'StatefulSet'],
    async *logs(key, id, logOptions) {
      const object = await objectOf(key, id, logOptions.signal);
      if (object !== null) yield* logsOf(clientFor(key), object, logOptions);
    },
    tree: async (key, ids, signal) =>
      lookAtTrees({ client: clientFor(key), discovery }, ids, signal),
    close: async () => {
      stopListening();
      notices.close();
      blindness.close();
      culprits.close();
      await cluster.close();
    },
  };
}

/** CEL and Lua are loaded only where somebody uses them. */
async function healthContext(rules: readonly HealthRule[]): Promise<HealthContext> {
  if (rules.length === 0) return {};
  const { userRules } = await import('../../health/kubernetes/user/rules.ts');
  return { ruleFor: userRules(rules) };
}

interface Looks {
  readonly look: (reference: Reference) => Promise<Observation>;
  readonly lookAtHook: (
    reference: Reference,
    desired: Desired,
    isInstalled: boolean,
  ) => Promise<Observation>;
}

/** One answer for each, in order. Hooks last: whether one is due depends on what else is there. */
async function readAll(
  references: readonly Reference[],
  { look, lookAtHook }: Looks,
): Promise<readonly Observation[]> {
  const answers: Observation[] = [];
  const isHook = ({ desired }: Reference): boolean =>
    desired !== null && payloadOf(desired).hook !== null;
  const queue = references.entries();
  const worker = async (): Promise<void> => {
    for (const [at, reference] of queue)
      if (!isHook(reference)) answers[at] = await look(reference);
  };
  await Promise.all(Array.from({ length: Math.min(parallelReads, references.length) }, worker));
  const isInstalled = Object.values(answers).some(({ kind }) => kind === 'present');
  for (const [at, reference] of references.entries()) {
    const { desired } = reference;
    if (desired === null || !isHook(reference)) continue;
    answers[at] = await lookAtHook(reference, desired, isInstalled);
  }
  return answers;
}

/** Judged when it was seen. */
function healthIn({ status }: Live): Health {
  const { health, message } = status;
  return {
    status: typeof health === 'string' ? (health as HealthStatus) : 'Unknown',
    message: typeof message === 'string' ? message : '',
  };
}
