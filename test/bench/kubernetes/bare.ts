import type { BenchCluster } from './bench-cluster.ts';
import { openBareClient, sessionsFor } from './h2.ts';
import { firstImage, kinds, nameOf, namespaceOf, objectOf, pathOf } from './workload.ts';
import type { Workload } from './workload.ts';

/** Requests at the same time that are tried; the fastest is the limit. */
const concurrencies = [8, 16, 32, 64] as const;
/** Applications of one try. */
const sample = 50;

/** The objects of some applications, each as the request that applies it. */
function requestsOf(
  workload: Workload,
  from: number,
  to: number,
): readonly { readonly path: string; readonly body: string }[] {
  const all: { readonly path: string; readonly body: string }[] = [];
  for (let at = from; at < to; at += 1) {
    for (const kind of kinds) {
      const object = objectOf(kind, nameOf(at), workload.replicas, firstImage);
      const metadata = { ...(object['metadata'] as object), namespace: namespaceOf(at) };
      const path = `${pathOf(at, kind)}?fieldManager=bench&force=true`;
      all.push({ path, body: JSON.stringify({ ...object, metadata }) });
    }
  }
  return all;
}

async function apply(
  cluster: BenchCluster,
  requests: ReturnType<typeof requestsOf>,
  concurrency: number,
): Promise<number> {
  const client = openBareClient(cluster.kubeconfig, sessionsFor(concurrency));
  // The connection is there before the clock runs.
  await client.send('GET', '/version');
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let one = requests[next++]; one !== undefined; one = requests[next++]) {
      const { status, body } = await client.send(
        'PATCH',
        one.path,
        one.body,
        'application/apply-patch+yaml',
      );
      if (status !== 201 && status !== 200) throw new Error(`PATCH ${one.path}: ${status} ${body}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - began) / 1_000;
  client.close();
  return seconds;
}

/** Tries how many requests at the same time are fastest here. */
export async function bestConcurrency(cluster: BenchCluster, replicas: number): Promise<number> {
  const rates: { readonly concurrency: number; readonly seconds: number }[] = [];
  // Once for nothing: the server's own first time.
  await apply(cluster, requestsOf({ apps: 0, replicas }, 0, sample), 16);
  for (const [at, concurrency] of concurrencies.entries()) {
    const from = (at + 1) * sample;
    const requests = requestsOf({ apps: 0, replicas }, from, from + sample);
    rates.push({ concurrency, seconds: await apply(cluster, requests, concurrency) });
  }
  return rates.toSorted((left, right) => left.seconds - right.seconds)[0]?.concurrency ?? 16;
}

/** The limit: every object applied once, and that is all. @returns seconds. */
export async function bareApply(
  cluster: BenchCluster,
  workload: Workload,
  concurrency: number,
): Promise<number> {
  return await apply(cluster, requestsOf(workload, 0, workload.apps), concurrency);
}
