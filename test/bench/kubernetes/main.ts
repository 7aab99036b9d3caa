import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPrograms } from '../../../scripts/cluster/build.ts';
import { startController } from '../controller.ts';
import type { BenchController } from '../controller.ts';
import { proportionalMiB, treeFacts, watchPeak } from '../process-facts.ts';
import { runBenchmark } from '../run.ts';
import type { BenchRun } from '../run.ts';
import { p99, round, summarise } from '../statistics.ts';
import { bareApply, bestConcurrency } from './bare.ts';
import { openBenchCluster } from './bench-cluster.ts';
import type { BenchCluster } from './bench-cluster.ts';
import { bareDeployment } from './measure/bare-deployment.ts';
import { commits } from './measure/commits.ts';
import { edit, remove, victims } from './measure/by-hand.ts';
import { readOptions, usage } from './options.ts';
import type { KubernetesBenchOptions } from './options.ts';
import { createRepository } from './repository.ts';
import { showResult } from './result.ts';
import type { KubernetesBenchResult } from './result.ts';
import { openWatcher } from './watcher.ts';
import type { Workload } from './workload.ts';

/**
 * `npm run bench:kubernetes`: the controller as it is shipped, in a process of its own, on a real control plane, beside
 * a client that applies the same objects and does nothing else. Each begins with an empty cluster.
 */

/** Nobody waits longer than this for everything to be healthy. */
const withinMs = 900_000;
/** Looking more often in the end would cost the controller what is to be measured: a look is an answer about all applications. */
const lookEveryMs = 100;
const objectsByHand = 100;
const commitCount = 5;

type Run = BenchRun<KubernetesBenchOptions>;

process.exitCode = await runBenchmark(
  {
    usage,
    readOptions,
    folderOf: () => tmpdir(),
    measure: async (run: Run) => {
      await buildPrograms(process.env);
      return await measure(run);
    },
    show: (result, options) =>
      options.json ? JSON.stringify(result) : showResult(result, options),
  },
  process.argv.slice(2),
);

async function measure(run: Run): Promise<KubernetesBenchResult> {
  const { options, program, folder, signal, say } = run;
  const workload: Workload = { apps: options.apps, replicas: options.pods ? 1 : 0 };
  say('looking for the best concurrency of a bare client …');
  const concurrency = await withCluster(run, 'trial', (cluster) =>
    bestConcurrency(cluster, workload.replicas),
  );
  say(`the bare client applies everything, ${concurrency} at a time …`);
  const limitSeconds = await withCluster(run, 'bare', (cluster) =>
    bareApply(cluster, workload, concurrency),
  );
  const bareProgram = await measureProgram(run, workload);
  await using cluster = await openBenchCluster(folder, 'fairlead', signal);
  say('making the repository …');
  const { kubeconfig } = cluster;
  const repository = createRepository(join(folder, 'repository'), workload, {
    helm: options.helm,
    kubeconfig,
  });
  const start = (name: string): Promise<BenchController> =>
    startController({
      program,
      folder,
      repository: repository.url,
      stateDir: join(folder, 'state'),
      name,
      cpuProf: options.cpuProf,
      signal,
    });
  say('Fairlead deploys everything …');
  const controller = await start('first');
  const endPeak = watchPeak(controller.pid);
  try {
    const healthyAtMs = await controller.steady(workload.apps, withinMs, lookEveryMs);
    const first = treeFacts(controller.pid);
    const peak = endPeak();
    const firstRequests = await cluster.requests();
    say(`watching it idle for ${options.idleSeconds} s …`);
    const idle = await watchIdle(run, cluster, controller);
    const watcher = await openWatcher(cluster.admin);
    say('one commit, again and again …');
    const parts = { cluster, controller, watcher, repository };
    const committed = await commits(parts, workload.apps, commitCount);
    say('edits by hand …');
    const edited = await edit(cluster, watcher, victims(workload.apps, objectsByHand, 2));
    say('deletes by hand …');
    const removed = await remove(cluster, watcher, victims(workload.apps, objectsByHand, 3));
    watcher.close();
    await controller.steady(workload.apps, withinMs, lookEveryMs);
    say('restarting …');
    await controller.stop();
    const writes = await cluster.writes();
    const again = await start('again');
    try {
      const steadyAtMs = await again.steady(workload.apps, withinMs, lookEveryMs);
      return {
        apps: workload.apps,
        limitSeconds: round(limitSeconds),
        ...bareProgram,
        healthySeconds: round((healthyAtMs - controller.startedAtMs) / 1_000),
        requestsPerApp: round(firstRequests / workload.apps),
        cpuSeconds: first === null ? null : round(first.cpuSeconds),
        peakRssMiB: maybeRound(peak.residentMiB),
        peakPssMiB: maybeRound(peak.proportionalMiB),
        ...idle,
        commitLiveSeconds: summarise(committed.seconds).median,
        commitRequests: summarise(committed.requests).median,
        driftHealP99Seconds: round(p99(edited)),
        deleteHealP99Seconds: round(p99(removed)),
        restartSteadySeconds: round((steadyAtMs - again.startedAtMs) / 1_000),
        restartWrites: (await cluster.writes()) - writes,
      };
    } finally {
      await again.stop();
    }
  } finally {
    endPeak();
    await controller.stop();
  }
}

/** What the bare program takes, on a cluster of its own. */
async function measureProgram(
  run: Run,
  workload: Workload,
): Promise<
  Pick<KubernetesBenchResult, 'programSeconds' | 'programCpuSeconds' | 'programPeakRssMiB'>
> {
  const { options, folder, say } = run;
  if (!options.program) return {};
  return await withCluster(run, 'program', async ({ kubeconfig }) => {
    const { url } = createRepository(join(folder, 'program-repository'), workload, {
      helm: options.helm,
      kubeconfig,
    });
    say('the bare program deploys everything …');
    const format = options.helm ? 'helm' : 'kustomize';
    const took = await bareDeployment(url, join(folder, 'program'), kubeconfig, format);
    return {
      programSeconds: round(took.seconds),
      programCpuSeconds: maybeRound(took.cpuSeconds),
      programPeakRssMiB: maybeRound(took.peakRssMiB),
    };
  });
}

async function watchIdle(
  { options, signal }: Run,
  cluster: BenchCluster,
  { pid }: BenchController,
): Promise<
  Pick<KubernetesBenchResult, 'idleRssMiB' | 'idlePssMiB' | 'idleRequests' | 'idleCpuPercent'>
> {
  const settleMs = 3_000;
  await pause(settleMs, signal);
  const [requests, before] = [await cluster.requests(), treeFacts(pid)];
  await pause(options.idleSeconds * 1_000, signal);
  const after = treeFacts(pid);
  const cpuSeconds =
    before === null || after === null ? null : after.cpuSeconds - before.cpuSeconds;
  return {
    idleRssMiB: maybeRound(after?.residentMiB ?? null),
    idlePssMiB: maybeRound(proportionalMiB(pid)),
    idleRequests: (await cluster.requests()) - requests,
    idleCpuPercent: cpuSeconds === null ? null : round((cpuSeconds / options.idleSeconds) * 100),
  };
}

function maybeRound(value: number | null): number | null {
  return value === null ? null : round(value);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
  signal.throwIfAborted();
}

async function withCluster<T>(
  { folder, signal }: Run,
  name: string,
  work: (cluster: BenchCluster) => Promise<T>,
): Promise<T> {
  await using cluster = await openBenchCluster(folder, name, signal);
  return await work(cluster);
}
