import { mkdirSync, rmSync } from 'node:fs';
import { openProcessTable } from '../system/processes.ts';
import { argumentsOf } from './arguments.ts';
import type { Ports } from './arguments.ts';
import { clusterExists } from './errors.ts';
import { writeFiles } from './files.ts';
import { nodes } from './kwok.ts';
import { endAll, launch } from './launch.ts';
import { layoutOf } from './layout.ts';
import { freePorts } from './ports.ts';
import type { DaemonName, Programs } from './programs.ts';
import { waitFor } from './ready.ts';
import type { Wait } from './ready.ts';
import { writeRecord } from './record.ts';
import type { ClusterProcess, ClusterRecord } from './record.ts';
import { createAsk } from './request.ts';

/** Which cluster, where, and how it is run. */
interface StartOptions {
  readonly name: string;
  /** Where everything of it is kept; must not exist. */
  readonly folder: string;
  readonly programs: Programs;
  /** Whether the server writes down who did what. */
  readonly audit: boolean;
  readonly signal: AbortSignal;
}

/** A busy machine takes its time; on an idle one it is about five seconds. */
const withinMs = 90_000;
const attempts = 3;

/**
 * Starts a control plane on the loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok with
 * three nodes. It outlives this process; `stopCluster` ends it. When this returns, pods can be made.
 *
 * @throws FairleadError `cluster.exists`, `cluster.failed`; then nothing of it is left
 */
export async function startCluster(options: StartOptions): Promise<ClusterRecord> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (thrown) {
      // Between looking for a port and using it, somebody else can take it.
      const taken = thrown instanceof Error && /address already in use/.test(thrown.message);
      if (!taken || attempt === attempts) throw thrown;
    }
  }
}

async function startOnce(options: StartOptions): Promise<ClusterRecord> {
  const { name, folder, programs, audit, signal } = options;
  makeFolder(folder);
  const table = await openProcessTable();
  const layout = layoutOf(folder);
  const started: ClusterProcess[] = [];
  try {
    const [etcd = 0, etcdPeer = 0, server = 0, kubelet = 0] = await freePorts(4);
    const ports: Ports = { etcd, etcdPeer, server, kubelet };
    const access = writeFiles(layout, name, ports, Date.now());
    const argv = argumentsOf(layout, ports, { audit });
    const record = (): ClusterRecord => ({
      name,
      folder,
      kubeconfig: layout.kubeconfig,
      url: access.url,
      etcdUrl: `http://127.0.0.1:${etcd}`,
      auditLog: audit ? layout.auditLog : null,
      processes: started,
    });
    const run = async (program: DaemonName): Promise<void> => {
      const log = layout.logOf(program);
      const path = programs[program];
      started.push(await launch(table, { program, path, argv: argv[program], folder, log }));
      // At once, so that it can be ended by somebody else if we are killed.
      writeRecord(record());
    };
    const ask = createAsk(access);
    const wait: Wait = { table, layout, processes: started, withinMs, signal };
    await run('etcd');
    await run('kube-apiserver');
    await waitFor(
      'the API server to be ready',
      async () => (await ask('GET', '/readyz')).status === 200,
      wait,
    );
    for (const program of ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const) {
      await run(program);
    }
    for (const node of nodes) {
      await waitFor(
        'a node to be made',
        async () => [201, 409].includes((await ask('POST', '/api/v1/nodes', node)).status),
        wait,
      );
    }
    await waitFor('the nodes to be ready', () => nodesReady(ask), wait);
    // Without it no pod can be made in the namespace; the controllers are at work once it is there.
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await waitFor(
      'the controllers to work',
      async () => (await ask('GET', account)).status === 200,
      wait,
    );
    return record();
  } catch (thrown) {
    await endAll(table, started);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    throw thrown;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: false, mode: 0o700 });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    throw clusterExists({ message: `${folder} exists already`, resource: folder });
  }
}

async function nodesReady(ask: ReturnType<typeof createAsk>): Promise<boolean> {
  const { items } = JSON.parse((await ask('GET', '/api/v1/nodes')).body) as {
    readonly items: readonly {
      readonly spec?: { readonly taints?: readonly unknown[] };
      readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
    }[];
  };
  return items.every((node) =>
    node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
}
