import type { Clock } from '../../../system/clock.ts';
import type { ProcessTable } from '../../../system/processes.ts';
import { commandBusy } from '../errors.ts';
import { graceMs } from './program.ts';
import type { CommandRecord } from './record.ts';

/** Names a run in its environment: the same for every attempt at the same thing. */
export const idVariable = 'FAIRLEAD_COMMAND_ID';

const lookEveryMs = 50;

/** Where runs are found whose controller has ended. */
export interface LeftoverDependencies {
  readonly clock: Clock;
  readonly table: ProcessTable;
}

/**
 * Sees to it that a run whose controller died does not go on beside the next one. It gets its time; after that it is
 * ended.
 * @throws FairleadError `host.command-busy` while it has time left.
 */
export async function endLeftover(
  { clock, table }: LeftoverDependencies,
  record: CommandRecord,
  timeoutMs: number,
  resource: string,
): Promise<void> {
  const running = await carriersOf(table, record.id);
  if (running.length === 0) return;
  const ageMs = clock.nowMs() - record.startedAtMs;
  if (ageMs >= 0 && ageMs < timeoutMs) {
    throw commandBusy({
      message: `${resource} still runs (process ${running.join(', ')}), started by a controller that has ended`,
      resource,
    });
  }
  for (const pid of running) kill(pid, 'SIGTERM');
  const deadlineMs = clock.monotonicMs() + graceMs;
  let left = running;
  while (left.length > 0 && clock.monotonicMs() < deadlineMs) {
    await clock.sleep(lookEveryMs);
    left = await carriersOf(table, record.id);
  }
  for (const pid of left) kill(pid, 'SIGKILL');
}

async function carriersOf(table: ProcessTable, id: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const { pid, zombie } of await table.list()) {
    if (zombie || pid === process.pid) continue;
    if ((await table.environment(pid, idVariable)) === id) found.push(pid);
  }
  return found;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
