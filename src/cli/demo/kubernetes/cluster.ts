import { findPrograms } from '../../../cluster/programs.ts';
import type { ClusterRecord } from '../../../cluster/record.ts';
import { startCluster } from '../../../cluster/start.ts';
import type { Context } from '../../context.ts';
import type { DemoFolder } from '../folder.ts';
import type { Screen } from '../screen.ts';
import { openServer } from './server.ts';

/**
 * Starts a control plane in the folder of the demo and says what runs.
 * @throws FairleadError `cluster.failed`, with what the program said last; the reason of the context's signal
 */
export async function startDemoCluster(
  context: Context,
  folder: DemoFolder,
  screen: Screen,
): Promise<ClusterRecord> {
  const { signal } = context;
  const began = performance.now();
  screen.say(
    'Starting a Kubernetes control plane: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok. It takes five to thirty seconds.',
  );
  screen.status('starting a Kubernetes control plane');
  const record = await startCluster({
    name: 'demo',
    folder: folder.cluster,
    programs: findPrograms(context.io.env),
    audit: false,
    signal,
  });
  const server = openServer(record);
  try {
    const { gitVersion } = await server.get('/version');
    const { items } = await server.get('/api/v1/nodes');
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    screen.status(null);
    screen.proof(`Kubernetes ${gitVersion} with ${items.length} nodes, ready after ${seconds} s`);
  } finally {
    server.close();
  }
  return record;
}
