import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPrograms } from '../../src/cluster/programs.ts';
import {
  clusterFolder,
  clustersFolder,
  isClusterName,
  namedClusters,
  readRecord,
} from '../../src/cluster/record.ts';
import type { ClusterRecord } from '../../src/cluster/record.ts';
import { startCluster } from '../../src/cluster/start.ts';
import { endedPrograms, stopCluster } from '../../src/cluster/stop.ts';
import { FairleadError } from '../../src/model/error.ts';
import { buildPrograms } from './build.ts';

/** `npm run cluster -- up|down|status|build|run`: a real Kubernetes control plane on the loopback, for tests. */

const usage = `Usage: npm run cluster -- <command> [--name NAME]

  up        start a cluster and print where its kubeconfig is
  down      end it and remove its folder (--all: all that were named)
  status    what runs
  build     make the programs that are missing (needs Go)
  run       start one in a temporary folder, print its record as a line of JSON, and end it with standard input

  --name NAME   which one (default: default); several run side by side
  --audit       have the server write down who did what (up and run)
  --quiet       print nothing but the kubeconfig's path (up)

The programs (etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok) are looked for in KUBEBUILDER_ASSETS,
where FAIRLEAD_ETCD, FAIRLEAD_KUBE_APISERVER … say, in the user's folder for caches and on the PATH, and are built else.`;

const env = process.env;
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupt.abort(new Error(`ended by ${signal}`)));
}

try {
  await main();
} catch (thrown) {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const hint = thrown instanceof FairleadError ? `\n${thrown.hint}` : '';
  process.stderr.write(`${text}${hint}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'default' },
      audit: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help) return say(usage);
  if (!isClusterName(values.name))
    throw new Error(`--name ${values.name}: small letters, digits and - only`);
  if (command === undefined || rest.length > 0) throw new Error(usage);
  if (command === 'up') return await up(values.name, values.audit, values.quiet);
  if (command === 'down') return await down(values.all ? null : values.name);
  if (command === 'status') return await status();
  if (command === 'build') return await buildPrograms(env);
  if (command === 'run') return await run(values.name, values.audit);
  throw new Error(`${command}: there is no such command\n\n${usage}`);
}

async function up(name: string, audit: boolean, quiet: boolean): Promise<void> {
  const folder = clusterFolder(name, env);
  let record = readRecord(folder);
  if (record !== null && (await endedPrograms(record)).length > 0) {
    // A machine that was started anew leaves a folder and no process.
    await stopCluster(record);
    record = null;
  }
  if (record === null) {
    await buildPrograms(env);
    mkdirSync(clustersFolder(env), { recursive: true });
    const { signal } = interrupt;
    record = await startCluster({ name, folder, programs: findPrograms(env), audit, signal });
  }
  if (quiet) return say(record.kubeconfig);
  say(`The cluster ${name} runs at ${record.url}. To use it:

  export KUBECONFIG=${record.kubeconfig}

To end it: npm run cluster -- down${name === 'default' ? '' : ` --name ${name}`}`);
}

async function down(name: string | null): Promise<void> {
  const records = namedClusters(env).filter((one) => name === null || one.name === name);
  if (records.length === 0) say(name === null ? 'no cluster' : `no cluster ${name}`);
  for (const record of records) {
    await stopCluster(record);
    say(`the cluster ${record.name} is gone`);
  }
}

async function status(): Promise<void> {
  const records = namedClusters(env);
  if (records.length === 0) say('no cluster');
  for (const record of records) {
    const ended = await endedPrograms(record);
    const state = ended.length === 0 ? 'runs' : `ended: ${ended.join(', ')}`;
    say(`${record.name.padEnd(16)}${record.url.padEnd(26)}${state.padEnd(10)}${record.kubeconfig}`);
  }
}

/** For programs that want a cluster for as long as they live: when they end, however that comes, so does it. */
async function run(name: string, audit: boolean): Promise<void> {
  await buildPrograms(env);
  const parent = mkdtempSync(join(tmpdir(), 'fairlead-cluster-'));
  let record: ClusterRecord | null = null;
  try {
    const gone = new Promise<void>((resolve) => {
      process.stdin.on('close', resolve).on('end', resolve).on('error', resolve).resume();
      interrupt.signal.addEventListener('abort', () => resolve());
    });
    void gone.then(() => interrupt.abort(new Error('nobody needs it any more')));
    record = await startCluster({
      name,
      folder: join(parent, name),
      programs: findPrograms(env),
      audit,
      signal: interrupt.signal,
    });
    say(JSON.stringify(record));
    await gone;
  } finally {
    if (record !== null) await stopCluster(record);
    rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
