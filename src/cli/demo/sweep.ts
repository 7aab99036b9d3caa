import { rm } from 'node:fs/promises';
import { readRecord } from '../../cluster/record.ts';
import { stopCluster } from '../../cluster/stop.ts';
import { isAlive, openProcessTable } from '../../system/processes.ts';
import type { ProcessIdentity, ProcessTable } from '../../system/processes.ts';
import { markVariable } from './folder.ts';
import type { DemoFolder } from './folder.ts';

const politeMs = 3_000;
const forcedMs = 5_000;
const pauseMs = 20;

/**
 * Ends every process of a demo and removes its folder. Processes are found by the mark in their environment, those of its
 * cluster by the cluster's own record, and ended by their identity, so that nobody else's can be hit.
 * @returns false when something would not end; its folder is left then.
 */
export async function sweep(folder: DemoFolder): Promise<boolean> {
  const table = await openProcessTable();
  const ended =
    (await endAll(table, folder.id, 'SIGTERM', politeMs)) ||
    (await endAll(table, folder.id, 'SIGKILL', forcedMs));
  if (!ended) return false;
  const cluster = readRecord(folder.cluster);
  if (cluster !== null) await stopCluster(cluster);
  // A file may still be written by what ended a moment ago.
  await rm(folder.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  return true;
}

/** Sends the signal once to each process of the demo, also to those that come up meanwhile, until none is left. */
async function endAll(
  table: ProcessTable,
  id: string,
  signal: 'SIGTERM' | 'SIGKILL',
  withinMs: number,
): Promise<boolean> {
  const told = new Set<string>();
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = await processesOf(table, id);
    if (left.length === 0) return true;
    if (Date.now() > deadline) return false;
    for (const one of left) {
      const name = `${one.pid} ${one.startTime}`;
      if (!told.has(name) && (await isAlive(table, one))) kill(one.pid, signal);
      told.add(name);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Everything that carries the demo's mark, except who asks. */
export async function processesOf(
  table: ProcessTable,
  id: string,
): Promise<readonly ProcessIdentity[]> {
  const found: ProcessIdentity[] = [];
  for (const { pid, startTime, zombie } of await table.list()) {
    if (zombie || pid === process.pid) continue;
    if ((await table.environment(pid, markVariable)) !== id) continue;
    found.push({ bootId: table.bootId, pid, startTime });
  }
  return found;
}

function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in this very moment.
  }
}
