import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterRecord } from '../../src/cluster/record.ts';
import { auditEntries, openKube } from './cluster.ts';
import type { AuditEntry, Kube, KubeObject } from './cluster.ts';
import { openKubeProxy } from './kube-proxy.ts';
import type { KubeProxy } from './kube-proxy.ts';
import { createLocalBench } from './local-bench.ts';
import type { LocalBench } from './local-bench.ts';

/**
 * A repository, a controller that follows it, and a cluster: the controller has a service account and a namespace of
 * its own for inventories, so that many benches share one cluster without seeing one another.
 */
export interface KubeBench extends AsyncDisposable {
  readonly bench: LocalBench;
  readonly kube: Kube;
  /** For what applications deploy. */
  readonly namespace: string;
  /** Of the controller: its service account and inventories. */
  readonly system: string;
  /** The controller's name at the server. */
  readonly user: string;
  /** The controller's kubeconfig. */
  readonly kubeconfig: string;
  /** Between the controller and the server, where the bench was opened with one. */
  readonly proxy: KubeProxy;
  /** Target and environment, and applications with the folders of their names. */
  configuration(...applications: readonly string[]): string;
  /** Path of a resource in the namespace, as `configmaps/one` or `apps/v1/deployments/web`. */
  path(resource: string): string;
  /** What is live, or `null`. */
  live(resource: string): Promise<KubeObject>;
  /** Deletes by the controller so far, but for its own records. */
  deletes(): readonly AuditEntry[];
  /** Writes by the controller so far, but for its own records. */
  writes(): readonly AuditEntry[];
}

export interface KubeBenchOptions {
  readonly record?: ClusterRecord;
  readonly proxy?: boolean;
  /** What the controller may do; default: everything. */
  readonly rules?: readonly KubeObject[];
  /** Fields of each application beside path and environments, as `, prune: false`. */
  readonly more?: string;
}

const rbac = '/apis/rbac.authorization.k8s.io/v1';

export async function openKubeBench(options: KubeBenchOptions = {}): Promise<KubeBench> {
  const kube = options.record === undefined ? openKube() : openKube(options.record);
  const [namespace, system] = [await kube.namespace('app'), await kube.namespace('system')];
  const user = `system:serviceaccount:${system}:fairlead`;
  await kube.post(`/api/v1/namespaces/${system}/serviceaccounts`, {
    metadata: { name: 'fairlead' },
  });
  const rules = options.rules ?? [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['get'] },
  ];
  await kube.post(`${rbac}/clusterroles`, { metadata: { name: system }, rules });
  await kube.post(`${rbac}/clusterrolebindings`, {
    metadata: { name: system },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: system },
    subjects: [{ kind: 'ServiceAccount', name: 'fairlead', namespace: system }],
  });
  const { status } = await kube.post(
    `/api/v1/namespaces/${system}/serviceaccounts/fairlead/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 7_200 },
    },
  );
  const proxy = options.proxy === true ? await openKubeProxy(kube.record) : null;
  const bench = createLocalBench();
  const kubeconfig = join(bench.folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, status.token, {
    url: proxy?.url ?? kube.record.url,
    authority: proxy?.authority ?? readFileSync(join(kube.record.folder, 'ca.crt'), 'utf8'),
  });

  const own = (entry: AuditEntry): boolean =>
    entry.user.username === user && entry.objectRef?.namespace !== system;
  const settings = `kubeconfig: ${JSON.stringify(kubeconfig)}, namespace: ${system}`;
  const path = (resource: string): string => {
    const parts = resource.split('/');
    return parts.length > 2
      ? `/apis/${parts[0]}/${parts[1]}/namespaces/${namespace}/${parts.slice(2).join('/')}`
      : `/api/v1/namespaces/${namespace}/${resource}`;
  };
  return {
    bench,
    kube,
    namespace,
    system,
    user,
    kubeconfig,
    get proxy() {
      if (proxy === null) throw new Error('this bench was opened without a proxy');
      return proxy;
    },
    configuration: (...applications) =>
      [
        `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: { name: cluster }
spec: { kubernetes: { ${settings} } }
`,
        `apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: { name: dev }
spec: { targets: [cluster], sync: auto }
`,
        ...applications.map(
          (name) => `apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: { name: ${name} }
spec: { path: ${name}, environments: [dev]${options.more ?? ''} }
`,
        ),
      ].join('---\n'),
    path,
    live: (resource) => kube.find(path(resource)),
    deletes: () =>
      auditEntries(kube.record).filter((one) => own(one) && one.verb.startsWith('delete')),
    writes: () =>
      auditEntries(kube.record).filter(
        (one) => own(one) && !['get', 'list', 'watch'].includes(one.verb),
      ),
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await proxy?.[Symbol.asyncDispose]();
    },
  };
}

function writeKubeconfig(
  path: string,
  token: string,
  server: { readonly url: string; readonly authority: string },
): void {
  const authority = Buffer.from(server.authority).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: { server: server.url, 'certificate-authority-data': authority },
      },
    ],
    users: [{ name: 'fairlead', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'fairlead' } }],
    'current-context': 'test',
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

/** A manifest as it stands in Git. */
export function manifest(object: KubeObject): string {
  return `---\n${JSON.stringify(object, null, 2)}\n`;
}

/** The simplest object of all. */
export function configMap(
  name: string,
  namespace: string,
  data: Readonly<Record<string, string>> = { key: 'value' },
): string {
  return manifest({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data });
}
