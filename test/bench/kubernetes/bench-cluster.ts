import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPrograms } from '../../../src/cluster/programs.ts';
import { startCluster } from '../../../src/cluster/start.ts';
import { stopCluster } from '../../../src/cluster/stop.ts';
import { openBareClient } from './h2.ts';
import type { BareClient } from './h2.ts';
import { namespaces } from './workload.ts';

/** A fresh cluster with ten empty namespaces, and a user whose requests the server counts apart from all others. */
export interface BenchCluster extends AsyncDisposable {
  /** Of the user that is measured: the controller, or the bare client. */
  readonly kubeconfig: string;
  /** The person beside: makes edits and looks. */
  readonly admin: BareClient;
  /** Requests of the measured user so far, watches included, by the server's own metrics. */
  requests(): Promise<number>;
  /** Requests of anybody so far that write, but for leases and events, which controllers write all the time. */
  writes(): Promise<number>;
}

const system = 'fairlead-bench';
const user = 'fairlead';
const writing = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);

export async function openBenchCluster(
  folder: string,
  name: string,
  signal: AbortSignal,
): Promise<BenchCluster> {
  const record = await startCluster({
    name,
    folder: join(folder, name),
    programs: findPrograms(process.env),
    audit: false,
    signal,
  });
  const admin = openBareClient(record.kubeconfig, 1);
  const close = async (): Promise<void> => {
    admin.close();
    await stopCluster(record);
  };
  try {
    const post = async (path: string, body: object): Promise<string> => {
      const answer = await admin.send('POST', path, JSON.stringify(body));
      if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.body}`);
      return answer.body;
    };
    for (const one of [system, ...namespaces]) {
      await post('/api/v1/namespaces', { metadata: { name: one } });
    }
    await post(`/api/v1/namespaces/${system}/serviceaccounts`, { metadata: { name: user } });
    await post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: system },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'cluster-admin',
      },
      subjects: [{ kind: 'ServiceAccount', name: user, namespace: system }],
    });
    await post('/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas', flowSchema);
    const token = JSON.parse(
      await post(`/api/v1/namespaces/${system}/serviceaccounts/${user}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 86_400 },
      }),
    ) as { readonly status: { readonly token: string } };
    const kubeconfig = join(record.folder, `${user}.kubeconfig`);
    writeFileSync(kubeconfig, withToken(record.kubeconfig, token.status.token), { mode: 0o600 });
    const metrics = async (): Promise<string> => (await admin.send('GET', '/metrics')).body;
    return {
      kubeconfig,
      admin,
      requests: async () => sum(await metrics(), isOfUser),
      writes: async () => sum(await metrics(), isWrite),
      [Symbol.asyncDispose]: close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Gives the user's requests a name of their own in the metrics, and no limit: the bare client has none either. */
const flowSchema = {
  metadata: { name: system },
  spec: {
    matchingPrecedence: 10,
    priorityLevelConfiguration: { name: 'exempt' },
    rules: [
      {
        subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: user, namespace: system } }],
        resourceRules: [
          {
            verbs: ['*'],
            apiGroups: ['*'],
            resources: ['*'],
            namespaces: ['*'],
            clusterScope: true,
          },
        ],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      },
    ],
  },
};

function withToken(kubeconfig: string, token: string): string {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as object;
  const named = { name: 'admin', user: { token } };
  return JSON.stringify({ ...config, users: [named] });
}

/** Adds up the lines of a page of metrics that are wanted. */
function sum(page: string, wanted: (name: string, labels: string) => boolean): number {
  let total = 0;
  for (const line of page.split('\n')) {
    const found = /^(\w+)\{(.*)\} ([\d.e+]+)$/.exec(line);
    if (found !== null && wanted(found[1] ?? '', found[2] ?? '')) total += Number(found[3]);
  }
  return total;
}

function isOfUser(name: string, labels: string): boolean {
  return (
    name === 'apiserver_flowcontrol_dispatched_requests_total' &&
    labels.includes(`flow_schema="${system}"`)
  );
}

function isWrite(name: string, labels: string): boolean {
  if (name !== 'apiserver_request_total') return false;
  const label = (key: string): string => new RegExp(`\\b${key}="([^"]*)"`).exec(labels)?.[1] ?? '';
  return writing.has(label('verb')) && !['leases', 'events'].includes(label('resource'));
}
