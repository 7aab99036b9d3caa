import { isAlive } from '../../../system/processes.ts';
import type { ProcessEntry, ProcessIdentity, ProcessTable } from '../../../system/processes.ts';
import { isLeash, leashDescriptors } from './leash.ts';
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
  const carriers = await carriersOf(table, record.nonce, 'anywhere');
  const leader = carriers.find(({ pid, group }) => pid === group);
  return leader === undefined ? null : identityOf(table, leader);
}

/**
 * Everything alive that was started with this nonce, in its environment or as its leash: the process, and what it
 * started in turn.
 * @param leash `anywhere`: also a child that has not loaded its program yet, which looks at every open file of every
 *   process. Default `in-place`.
 */
export async function carriersOf(
  table: ProcessTable,
  nonce: string,
  leash: 'in-place' | 'anywhere' = 'in-place',
): Promise<readonly ProcessEntry[]> {
  return carriersIn(table, await listOthers(table), nonce, leash);
}

async function carriersIn(
  table: ProcessTable,
  entries: readonly ProcessEntry[],
  nonce: string,
  leash: 'in-place' | 'anywhere',
): Promise<readonly ProcessEntry[]> {
  const numbers = leash === 'in-place' ? leashDescriptors : undefined;
  const found: ProcessEntry[] = [];
  for (const entry of entries) {
    // The leash first: the environment of one that is loading its program can be empty for a moment.
    const files = await table.openFiles(entry.pid, numbers);
    const isCarrier =
      files.some((file) => isLeash(file, nonce)) ||
      (await table.environment(entry.pid, nonceVariable)) === nonce;
    if (isCarrier) found.push(entry);
  }
  return found;
}

/** What can be told of a process that may have ended. */
type Traceable = Pick<ProcessRecord, 'bootId' | 'process' | 'nonce'>;

/**
 * What of a record is still alive, its process first: what carries its nonce, and what these started, told by parent,
 * group and session as long as those are there. A process of the recorded number is ours only if boot and start time
 * are those recorded, too.
 *
 * Not found: what has closed its descriptors, cleared its environment and left the session, and whose parent has ended
 * before anybody looked. Only a control group would hold that.
 * @param known seen before and alive; what they started since is found by them.
 */
export async function livingOf(
  table: ProcessTable,
  record: Traceable,
  known: readonly ProcessEntry[] = [],
): Promise<readonly ProcessEntry[]> {
  if (record.bootId !== table.bootId) return [];
  const { process: recorded } = record;
  const entries = await listOthers(table);
  const leash = recorded === null ? 'anywhere' : 'in-place';
  const leader = entries.find(
    ({ pid, startTime }) => pid === recorded?.pid && startTime === recorded.startTime,
  );
  const seen = new Set(known.map(({ pid, startTime }) => `${pid} ${startTime}`));
  const found = new Map<number, ProcessEntry>();
  if (leader !== undefined) found.set(leader.pid, leader);
  for (const entry of await carriersIn(table, entries, record.nonce, leash))
    found.set(entry.pid, entry);
  for (const entry of entries) {
    if (seen.has(`${entry.pid} ${entry.startTime}`)) found.set(entry.pid, entry);
  }
  grow(found, entries);
  return [...found.values()];
}

/** Adds what those found have started. A group or session is theirs when one of them leads it. */
function grow(found: Map<number, ProcessEntry>, entries: readonly ProcessEntry[]): void {
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const entry of entries) {
      const { pid, parent, group, session } = entry;
      if (found.has(pid)) continue;
      const isTheirs =
        found.has(parent) || found.has(group) || (session !== null && found.has(session));
      if (isTheirs) found.set(pid, entry);
    }
  }
}

async function listOthers(table: ProcessTable): Promise<readonly ProcessEntry[]> {
  return (await table.list()).filter(({ pid, zombie }) => !zombie && pid !== process.pid);
}

/** What a process is known by for good: numbers are given anew, but not within one boot and at the same start. */
export function identityOf(
  table: ProcessTable,
  entry: Pick<ProcessEntry, 'pid' | 'startTime'>,
): ProcessIdentity {
  return { bootId: table.bootId, pid: entry.pid, startTime: entry.startTime };
}
