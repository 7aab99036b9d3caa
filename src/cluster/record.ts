import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../system/processes.ts';
import { cacheHome } from './programs.ts';
import type { DaemonName } from './programs.ts';

/** What is known of a cluster; in its folder as `cluster.json`, so that any process can look at it and end it. */
export interface ClusterRecord {
  readonly name: string;
  readonly folder: string;
  readonly kubeconfig: string;
  /** Of the API server. */
  readonly url: string;
  /** Of etcd, without authentication; on the loopback only. */
  readonly etcdUrl: string;
  /** Of the API server, one JSON object a line; `null`: none is written. */
  readonly auditLog: string | null;
  readonly processes: readonly ClusterProcess[];
}

/** One process of a cluster, so that another process can tell whether it lives, and end or start it. */
export interface ClusterProcess {
  readonly program: DaemonName;
  readonly identity: ProcessIdentity;
  /** The arguments, so that it can be started again. */
  readonly argv: readonly string[];
}

/** What folders of clusters are in. */
export function clustersFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheHome(env), 'clusters');
}

/** The folder of a cluster that a person named. */
export function clusterFolder(name: string, env: NodeJS.ProcessEnv): string {
  return join(clustersFolder(env), name);
}

/** Names that are also good for a folder. */
export function isClusterName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name);
}

/** `null` where there is none, or none that can be read. */
export function readRecord(folder: string): ClusterRecord | null {
  try {
    return JSON.parse(readFileSync(recordFile(folder), 'utf8')) as ClusterRecord;
  } catch {
    return null;
  }
}

/** Writes what is needed to find and end the cluster later. */
export function writeRecord(record: ClusterRecord): void {
  writeFileSync(recordFile(record.folder), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}

/** The clusters that were named, whether or not they run. */
export function namedClusters(env: NodeJS.ProcessEnv): readonly ClusterRecord[] {
  const folder = clustersFolder(env);
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.toSorted().flatMap((name) => readRecord(join(folder, name)) ?? []);
}

function recordFile(folder: string): string {
  return join(folder, 'cluster.json');
}
