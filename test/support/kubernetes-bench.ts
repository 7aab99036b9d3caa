import type { TargetConfig } from '../../src/model/config.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Target } from '../../src/targets/target.ts';
import type { EngineTools } from '../../src/render/sandbox/render.ts';
import type { EngineOptions } from '../../src/reconcile/ports.ts';
import { openKube } from './cluster.ts';
import type { Kube, KubeObject } from './cluster.ts';
import { createEngineBench } from './engine.ts';
import type { EngineBench } from './engine.ts';
import type { Files, TestRepository } from './git.ts';
import { openKubernetes } from './kubernetes-target.ts';
import { until } from './program.ts';

/** The real engine over a real repository and the suite's cluster, following both. */
export interface KubernetesBench extends AsyncDisposable {
  readonly bench: EngineBench;
  readonly kube: Kube;
  /** A namespace of the test's own, where its applications go by default. */
  readonly namespace: string;
  /** Namespace of its inventories. */
  readonly records: string;
  /** Commits; the controller finds it by itself. */
  commit(files: Files): string;
  /** Commits other applications than those before. */
  configure(applications: NonNullable<KubernetesBenchOptions['applications']>): string;
  /** Waits until an application is `synced, Synced, Healthy` at the last commit, or what else is asked for. */
  settles(id?: string, state?: string, withinMs?: number): Promise<void>;
  /** Waits until something is so; says how the applications are where it never is. */
  sees(what: string, seen: () => Promise<boolean>, withinMs?: number): Promise<void>;
  /** The live object; `null`: there is none. Core resources by their plural, others as `apps/v1/deployments`. */
  live(resource: string, name: string): Promise<KubeObject>;
  edit(resource: string, name: string, patch: unknown): Promise<void>;
  destroy(resource: string, name: string): Promise<void>;
  /** Ends the controller and starts another one, which knows nothing but the repository and the cluster. */
  restart(): Promise<void>;
}

export interface KubernetesBenchOptions {
  readonly applications?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly engine?: Partial<EngineOptions>;
  /** For charts and kustomizations. Default: there are plain folders alone. */
  readonly engines?: EngineTools;
  readonly documents?: readonly unknown[];
  /** Opens targets in another way; `settings` are those that the bench needs. Default: the suite's cluster. */
  readonly openTarget?: (config: TargetConfig, settings: JsonObject) => Promise<Target>;
}

/** An application `shop` from the folder `shop` in environment `dev`, unless `applications` says otherwise. */
export async function createKubernetesBench(
  options: KubernetesBenchOptions = {},
): Promise<KubernetesBench> {
  const kube = openKube();
  const namespace = await kube.namespace('app');
  const records = await kube.namespace('records');
  const start = (repository?: TestRepository): Promise<EngineBench> =>
    createEngineBench({
      openTarget: (config) =>
        options.openTarget?.(config, { namespace: records }) ??
        openKubernetes(kube, { namespace: records }),
      engine: { continuous: true, ...options.engine },
      ...(options.engines === undefined ? {} : { engines: options.engines }),
      ...(repository === undefined ? {} : { repository }),
      ...(process.env['BENCH_LOG'] ? { log: (...facts) => console.error(...facts) } : {}),
    });
  const first = await start();
  let bench = first;
  let stop = new AbortController();
  const applications = options.applications ?? { shop: {} };
  let last = '';
  const collection = (resource: string): string => {
    const parts = resource.split('/');
    const plural = parts.pop() ?? '';
    const root = parts.length === 0 ? '/api/v1' : `/apis/${parts.join('/')}`;
    return `${root}/namespaces/${namespace}/${plural}`;
  };
  const commit = (files: Files): string => {
    last = first.repository.commit(files);
    return last;
  };
  commit({ 'fairlead.yaml': documents(namespace, applications, options) });
  let running = bench.engine.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
    if (bench !== first) await bench[Symbol.asyncDispose]();
  };
  return {
    get bench() {
      return bench;
    },
    kube,
    namespace,
    records,
    commit,
    configure: (others) => commit({ 'fairlead.yaml': documents(namespace, others, options) }),
    settles: async (id = 'shop@dev', state = 'synced, Synced, Healthy', withinMs) => {
      const runtime = () => bench.engine.applications.get(id);
      await until(
        `${id} is ${state}`,
        async () =>
          runtime()?.wanted.revision[0]?.commit === last &&
          bench.state(id) === state &&
          !bench.engine.queue.isBusy(id),
        () => `${bench.state(id)}: ${runtime()?.status.message ?? ''}`,
        withinMs,
      );
    },
    sees: (what, seen, withinMs) =>
      until(
        what,
        seen,
        () =>
          [...bench.engine.applications.values()]
            .map(({ id, status: { message } }) => `${id} ${bench.state(id)}: ${message}`)
            .join('\n'),
        withinMs,
      ),
    live: (resource, name) => kube.find(`${collection(resource)}/${name}`),
    edit: async (resource, name, patch) => {
      await kube.patch(`${collection(resource)}/${name}`, patch);
    },
    destroy: async (resource, name) => {
      await kube.delete(`${collection(resource)}/${name}`);
    },
    restart: async () => {
      await end();
      stop = new AbortController();
      bench = await start(first.repository);
      running = bench.engine.run(stop.signal);
    },
    [Symbol.asyncDispose]: async () => {
      await end();
      await first[Symbol.asyncDispose]();
      await kube.delete(`/api/v1/namespaces/${namespace}`);
      await kube.delete(`/api/v1/namespaces/${records}`);
    },
  };
}

function documents(
  namespace: string,
  applications: NonNullable<KubernetesBenchOptions['applications']>,
  options: KubernetesBenchOptions,
): string {
  const document = (kind: string, name: string, spec: unknown): unknown => ({
    apiVersion: 'fairlead.dev/v1alpha1',
    kind,
    metadata: { name },
    spec,
  });
  return [
    document('Target', 'cluster', { kubernetes: {} }),
    document('Environment', 'dev', { targets: ['cluster'], sync: 'auto', ...options.environment }),
    ...Object.entries(applications).map(([name, { kubernetes, ...spec }]) =>
      document('Application', name, {
        path: name,
        environments: ['dev'],
        kubernetes: { namespace, ...(kubernetes as object | undefined) },
        ...spec,
      }),
    ),
    ...(options.documents ?? []),
  ]
    .map((one) => JSON.stringify(one))
    .join('\n---\n');
}

/** Manifests as one file. */
export function yaml(...objects: readonly unknown[]): string {
  return objects.map((one) => JSON.stringify(one)).join('\n---\n');
}

export function configMap(name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}
