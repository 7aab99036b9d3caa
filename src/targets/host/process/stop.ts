import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import { isAlive } from '../../../system/processes.ts';
import type { ProcessEntry, ProcessTable } from '../../../system/processes.ts';
import type { Effect } from '../../target.ts';
import { permission, stopFailed } from '../errors.ts';
import { identityOf, livingOf } from './living.ts';
import type { ProcessRecord } from './record.ts';

const lookEveryMs = 20;
/** A process that was sent SIGKILL and still runs after this long hangs in the kernel. */
const killedMs = 5_000;

interface StopDependencies {
  readonly clock: Clock;
  readonly table: ProcessTable;
}

/** What must be known to end a process. */
type Stoppable = Pick<ProcessRecord, 'bootId' | 'process' | 'nonce'>;

/**
 * Ends a process with all that it started, as far as `livingOf` can tell: `signal` to its group, `graceMs` to obey, then
 * SIGKILL. Each is told by its start time, too, so a number that was given out anew harms nobody. Resolves when all are
 * gone, also when they already were.
 *
 * @throws FairleadError `host.stop-failed`, `host.permission`; what the fence and the signal throw.
 */
export async function stopProcess(
  dependencies: StopDependencies,
  record: Stoppable,
  how: { readonly signal: string; readonly graceMs: number },
  effect: Pick<Effect, 'fence' | 'signal'>,
  resource: string,
): Promise<void> {
  const { clock, table } = dependencies;
  const known = new Map<number, ProcessEntry>();
  /** What still runs of all that was ever seen of it: what a child is, is no longer told once its parent has ended. */
  const living = async (): Promise<readonly ProcessEntry[]> => {
    for (const entry of await livingOf(table, record, [...known.values()]))
      known.set(entry.pid, entry);
    for (const entry of known.values()) {
      if (!(await isAlive(table, identityOf(table, entry)))) known.delete(entry.pid);
    }
    return [...known.values()];
  };
  if ((await living()).length === 0) return;
  await effect.fence();
  effect.signal.throwIfAborted();
  const rounds = [
    { signal: `SIG${how.signal}` as NodeJS.Signals, withinMs: how.graceMs },
    { signal: 'SIGKILL' as const, withinMs: killedMs },
  ];
  for (const { signal, withinMs } of rounds) {
    const deadlineMs = clock.monotonicMs() + withinMs;
    // What comes up while it ends (a last child) is told, too.
    for (;;) {
      const left = await living();
      if (left.length === 0) return;
      send(left, signal, resource);
      await gone(dependencies, left, deadlineMs, effect.signal);
      if (clock.monotonicMs() >= deadlineMs) break;
    }
  }
  const left = await living();
  if (left.length === 0) return;
  throw stopFailed({
    message: `${resource} still runs as process ${left.map(({ pid }) => pid).join(', ')}, ${killedMs / 1_000} s after SIGKILL`,
    resource,
  });
}

/** Waits until none of them runs, or until the deadline. */
async function gone(
  { clock, table }: StopDependencies,
  entries: readonly ProcessEntry[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const entry of entries) {
    while (await isAlive(table, identityOf(table, entry))) {
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) return;
      await clock.sleep(Math.min(lookEveryMs, leftMs), signal);
      signal.throwIfAborted();
    }
  }
}

/** To whole groups where we know the leader's, one by one where a process has left for a group of its own. */
function send(entries: readonly ProcessEntry[], signal: NodeJS.Signals, resource: string): void {
  const leaders = new Set(entries.filter(({ pid, group }) => pid === group).map(({ pid }) => pid));
  for (const { pid, group } of entries) {
    if (leaders.has(group) && pid !== group) continue;
    try {
      process.kill(leaders.has(pid) ? -pid : pid, signal);
    } catch (thrown) {
      const code = errorCode(thrown);
      if (code === 'ESRCH') continue;
      if (code !== 'EPERM') throw thrown;
      throw permission({
        message: `cannot end ${resource}: process ${pid} belongs to another user`,
        resource,
        cause: thrown,
      });
    }
  }
}
