import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, endAll } from '../../src/cluster/launch.ts';
import { findPrograms } from '../../src/cluster/programs.ts';
import type { ClusterProcess, ClusterRecord } from '../../src/cluster/record.ts';
import { startCluster } from '../../src/cluster/start.ts';
import { stopCluster } from '../../src/cluster/stop.ts';
import { openProcessTable } from '../../src/system/processes.ts';
import { isFailure } from '../../src/targets/kubernetes/client/failure.ts';
import type { Cluster } from '../../src/targets/kubernetes/connect.ts';
import { openKube } from '../support/cluster.ts';
import type { Kube, KubeObject } from '../support/cluster.ts';
import { definitionOf } from '../support/kubernetes/definition.ts';
import { connect, quickClock, writeKubeconfig } from '../support/kubernetes/connect.ts';
import { openWire } from '../support/kubernetes/wire.ts';
import type { Wire } from '../support/kubernetes/wire.ts';
import { until as untilSoon } from '../support/program.ts';

/** What becomes of watches and the ledger when the server itself goes away: on a cluster of its own. */

const label = 'test.example/own';
const key = { application: 'shop', environment: 'dev' };
const inventory = {
  formatVersion: 1 as const,
  ...key,
  applicationUid: 'app-1',
  installation: 'here',
  repository: '',
  epoch: 1,
  revision: [],
  verified: '',
  release: null,
  entries: [],
  quarantine: [],
};

let folder: string;
let record: ClusterRecord;
let kube: Kube;
let wire: Wire;
let kubeconfig: string;
let cluster: Cluster;
const opened: Cluster[] = [];
const told: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-restart-'));
  record = await startCluster({
    name: 'restart',
    folder: join(folder, 'cluster'),
    programs: findPrograms(process.env),
    audit: false,
    signal: new AbortController().signal,
  });
  kube = openKube(record);
  wire = await openWire(record.url);
  const config: KubeObject = JSON.parse(readFileSync(record.kubeconfig, 'utf8'));
  kubeconfig = writeKubeconfig(folder, {
    cluster: { ...config.clusters[0].cluster, server: `https://127.0.0.1:${wire.port}` },
    user: config.users[0].user,
  });
  cluster = await connect({ settings: { kubeconfig } });
  opened.push(cluster);
}, 300_000);

afterAll(async () => {
  for (const one of opened) await one.close();
  await wire?.close();
  if (record !== undefined) await stopCluster(record);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** A server on a busy machine takes its time. */
const until = (what: string, seen: () => Promise<boolean>): Promise<void> =>
  untilSoon(what, seen, () => told.join(), 120_000);

async function relaunch(
  program: 'kube-apiserver' | 'etcd',
  meanwhile: () => Promise<void>,
): Promise<void> {
  const table = await openProcessTable();
  const running = record.processes.find((one) => one.program === program)!;
  await endAll(table, [running]);
  await meanwhile();
  const again = await launch(table, {
    program,
    path: findPrograms(process.env)[program],
    argv: running.argv,
    folder: record.folder,
    log: join(record.folder, `${program}.log`),
  });
  const processes = record.processes.map((one): ClusterProcess => (one === running ? again : one));
  record = { ...record, processes };
}

async function restartServer(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  await relaunch('kube-apiserver', meanwhile);
  await until(
    'the server is ready again',
    async () => (await kube.ask('GET', '/readyz').catch(() => ({ status: 0 }))).status === 200,
  );
}

/** Puts a copy of all that the cluster has aside, or back in its place. */
async function copyState(from: 'etcd' | 'backup', to: 'etcd' | 'backup'): Promise<void> {
  await restartServer(() =>
    relaunch('etcd', async () => {
      rmSync(join(record.folder, to), { recursive: true, force: true });
      cpSync(join(record.folder, from), join(record.folder, to), { recursive: true });
    }),
  );
}

const path = (name = ''): string => `/api/v1/namespaces/default/configmaps${name && `/${name}`}`;
const make = (name: string): Promise<KubeObject> =>
  kube.post(path(), { metadata: { name, labels: { [label]: 'yes' } } });

/** Forgets all states but the present one, as etcd does every few minutes. */
async function compact(): Promise<void> {
  const post = async (call: string, body: object): Promise<KubeObject> => {
    const answer = await fetch(`${record.etcdUrl}/v3/kv/${call}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return await answer.json();
  };
  const { header } = await post('range', { key: 'AA==' });
  await post('compaction', { revision: header.revision, physical: true });
}

test('a restart of the server costs no event, and the ledger waits for it', async () => {
  const configMaps = (await cluster.discovery.resolve('v1', 'ConfigMap'))!;
  const informers = cluster.informers({
    labelSelector: `${label}=yes`,
    namespaces: null,
    trim: () => null,
    ownedDigest: () => '',
  });
  informers.subscribe((event) => {
    if (event.kind === 'set') told.push(`set ${event.now.name}`);
    else if (event.kind === 'gone') told.push(`gone ${event.before.name}`);
    else told.push(event.kind);
  });
  const informer = informers.use(configMaps);
  await informer.synced();
  await make('before');
  await until('it is told', async () => told.includes('set before'));
  await restartServer();
  await make('after');
  await kube.delete(path('before'));
  await until('all is told', async () => informer.isSynced() && told.includes('gone before'));
  expect(told.filter((line) => line.startsWith('set'))).toEqual(['set before', 'set after']);

  let isSaved = false;
  const save = async (): Promise<void> => {
    for (;;) {
      try {
        await cluster.ledger.save(key, inventory, null);
        isSaved = true;
        return;
      } catch (thrown) {
        // As the engine does it; nothing else may come of a server that is away.
        if (!isFailure(thrown, 'kubernetes.unavailable')) throw thrown;
      }
    }
  };
  const saving: Promise<void>[] = [];
  await restartServer(async () => {
    saving.push(save());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isSaved).toBe(false);
  });
  await Promise.all(saving);
  expect((await cluster.ledger.load(key))?.epoch).toBe(1);
}, 300_000);

test('a state that was compacted away is listed anew, and what went meanwhile is told', async () => {
  const before = told.length;
  const configMaps = (await cluster.discovery.resolve('v1', 'ConfigMap'))!;
  const { resourceVersion } = (await make('stays')).metadata;
  await until('it is told', async () => told.includes('set stays'));
  wire.accept(false);
  wire.cut();
  await kube.delete(path('after'));
  for (let at = 0; at < 20; at++) await kube.patch(path('stays'), { data: { at: String(at) } });
  await compact();
  // The server keeps states in memory, too; a new one has none but the present.
  await restartServer();
  await make('new');
  wire.accept(true);
  await until('all is told', async () => told.includes('gone after') && told.includes('set new'));
  expect(told.slice(before)).toContain('interrupted');
  expect(told.at(-1)).toBe('synced');
  const fromThen = async (): Promise<void> => {
    for await (const _ of cluster.client.watch(configMaps, { resourceVersion })) return;
  };
  await expect(fromThen()).rejects.toMatchObject({ code: 'kubernetes.expired' });
  expect((await cluster.ledger.load(key))?.epoch).toBe(1);
}, 300_000);

test('a server that starts does not seem to have lost its kinds', async () => {
  const group = 'restart.example.org';
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const kind of ['Gadget', 'Gizmo', 'Widget'])
    await kube.post(
      definitions,
      definitionOf({ group, kind, plural: `${kind.toLowerCase()}s`, spec: {} }),
    );
  const find = async () => {
    cluster.discovery.refresh();
    return await cluster.discovery.resolve(`${group}/v1`, 'Widget');
  };
  await until('they are served', async () => (await find()) !== null);
  const asks = new AbortController();
  let asked = 0;
  let missed = 0;
  const asking = (async () => {
    while (!asks.signal.aborted) {
      try {
        if ((await find()) === null) missed += 1;
        asked += 1;
      } catch {
        // That it does not answer is no word of what it has.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  })();
  await restartServer();
  await until('it is asked again', async () => asked > 5);
  asks.abort();
  await asking;
  expect(missed).toBe(0);
}, 300_000);

test('records are those of a cluster that was restored from a backup, and are written on from there', async () => {
  // A watch from a state that the cluster has not reached tells nothing: that is noticed after three minutes.
  const quick = await connect({ settings: { kubeconfig }, clock: quickClock(6) });
  opened.push(quick);
  const { ledger } = quick;
  const kept = { application: 'kept', environment: 'dev' };
  const later = { application: 'later', environment: 'dev' };
  const left = { application: 'left', environment: 'dev' };
  for (const one of [kept, left]) await ledger.save(one, { ...inventory, ...one }, null);
  await copyState('etcd', 'backup');
  for (const epoch of [2, 3, 4])
    await ledger.save(kept, { ...inventory, ...kept, epoch }, epoch - 1);
  await ledger.save(later, { ...inventory, ...later }, null);
  await ledger.remove(left, 1);
  expect(await ledger.load(left)).toBeNull();
  const heard = new Set<string>();
  const stop = ledger.onForeignWrite((_what, { application }) => heard.add(application));
  await copyState('backup', 'etcd');
  await until('all is listed anew', async () => heard.size === 3);
  stop();
  expect([...heard].toSorted()).toEqual(['kept', 'later', 'left']);
  expect((await ledger.load(kept))?.epoch).toBe(1);
  expect(await ledger.load(later)).toBeNull();
  await ledger.save(kept, { ...inventory, ...kept, epoch: 2 }, 1);
  expect((await ledger.load(kept))?.epoch).toBe(2);
  await ledger.remove(left, 1);
  expect(await ledger.load(left)).toBeNull();
}, 300_000);
