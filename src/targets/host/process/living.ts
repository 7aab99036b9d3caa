import { isAlive } from '../../../system/processes.ts';
import type { ProcessEntry, ProcessIdentity, ProcessTable } from '../../../system/processes.ts';
import type { ProcessRecord } from './record.ts';
import { nonceVariable } from './spec.ts';

/**
 * The process of a record, if it runs. One that was about to be started when its controller died is found by its nonce.
 */
export async function findRunning(
  table: ProcessTable,
  record: Pick<ProcessRecord, 'bootId' | 'ended' | 'process' | 'nonce'>,
): Promise<ProcessIdentity | null> {
  if (record.bootId !== table.bootId || record.ended !== null) return null;
  if (record.process !== null) {
    return (await isAlive(table, record.process)) ? record.process : null;
  }
  const leader = (await carriersOf(table, record.nonce)).find(({ pid, group }) => pid === group);
  return leader === undefined ? null : identityOf(table, leader);
}

/** Everything alive that was started with this nonce: the process, and what it started in turn. */
export async function carriersOf(
  table: ProcessTable,
  nonce: string,
): Promise<readonly ProcessEntry[]> {
  const found: ProcessEntry[] = [];
  for (const entry of await table.list()) {
    if (entry.zombie || entry.pid === process.pid) continue;
    if ((await table.environment(entry.pid, nonceVariable)) === nonce) found.push(entry);
  }
  return found;
}

/**
 * What of a record is still alive, its process first. Without the nonce a process of that number is ours only if boot
 * and start time are those recorded, too.
 */
export async function livingOf(
  table: ProcessTable,
  record: Pick<ProcessRecord, 'bootId' | 'process' | 'nonce'>,
): Promise<readonly ProcessEntry[]> {
  if (record.bootId !== table.bootId) return [];
  const carriers = await carriersOf(table, record.nonce);
  const { process: recorded } = record;
  if (recorded === null || !(await isAlive(table, recorded))) return carriers;
  // As long as the leader lives, its number is the group's; what threw away its environment is found by that.
  const group = (await table.list()).filter((one) => one.group === recorded.pid && !one.zombie);
  const leader = group.find(({ pid }) => pid === recorded.pid);
  const others = new Map([...group, ...carriers].map((one) => [one.pid, one]));
  others.delete(recorded.pid);
  return leader === undefined ? [...others.values()] : [leader, ...others.values()];
}

export function identityOf(
  table: ProcessTable,
  entry: Pick<ProcessEntry, 'pid' | 'startTime'>,
): ProcessIdentity {
  return { bootId: table.bootId, pid: entry.pid, startTime: entry.startTime };
}
