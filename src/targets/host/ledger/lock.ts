import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
  linkSync,
} from 'node:fs';
import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import { isAlive } from '../../../system/processes.ts';
import type { ProcessIdentity, ProcessTable } from '../../../system/processes.ts';
import { ledgerBusy } from '../errors.ts';

/** A lock whose owner is not written in it yet is left alone for this long. */
const unsignedMs = 5_000;
const patienceMs = 10_000;

export interface LockDependencies {
  readonly clock: Clock;
  readonly table: ProcessTable;
  readonly self: ProcessIdentity;
}

/** A lock that is held; the holder checks it once more right before what it protects is done. */
export interface HeldLock {
  /** @throws FairleadError `host.ledger-busy` when the lock was taken away (the machine slept for long). */
  assertHeld(): void;
}

/**
 * Runs `body` while the file `path` exists with our name in it, across processes. A lock whose owner is dead is
 * taken over. Callers inside one process take turns by themselves (`createTurns`).
 *
 * Synchronous calls: each is some microseconds on the ledger's own disk, a thread-pool trip is ten times that.
 *
 * @throws FairleadError `host.ledger-busy` when the owner lives and does not let go for 10 s.
 */
export async function withLock<T>(
  { clock, table, self }: LockDependencies,
  path: string,
  body: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const mark = JSON.stringify({ ...self, nonce: `${self.pid}-${clock.monotonicMs()}` });
  const deadlineMs = clock.monotonicMs() + patienceMs;
  while (!acquire(path, mark)) {
    if (await breakStale(table, clock, path)) continue;
    if (clock.monotonicMs() > deadlineMs) {
      const owner = read(path) ?? 'nobody';
      throw ledgerBusy({ message: `${path} is held by ${owner}`, resource: path });
    }
    await clock.sleep(10);
  }
  const held = (): boolean => read(path) === mark;
  try {
    return await body({
      assertHeld: () => {
        if (!held())
          throw ledgerBusy({ message: `${path} was taken over meanwhile`, resource: path });
      },
    });
  } finally {
    if (held()) unlinkSync(path);
  }
}

function acquire(path: string, mark: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
  try {
    writeSync(file, mark);
  } catch (thrown) {
    unlinkSync(path);
    throw thrown;
  } finally {
    closeSync(file);
  }
  return true;
}

/** @returns whether the lock is gone now. */
async function breakStale(table: ProcessTable, clock: Clock, path: string): Promise<boolean> {
  const seen = read(path);
  if (seen === null) return true;
  const owner = parseOwner(seen);
  if (owner === null) {
    if (clock.nowMs() - modifiedMs(path) < unsignedMs) return false;
  } else if (await isAlive(table, owner)) return false;
  // Renaming is atomic: of several who find the same stale lock, one gets it. Should it be a fresh one by now,
  // it is put back.
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return true;
  }
  try {
    if (read(aside) !== seen) linkSync(aside, path);
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw thrown;
  } finally {
    unlinkSync(aside);
  }
  return true;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function modifiedMs(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function parseOwner(text: string): ProcessIdentity | null {
  try {
    const { bootId, pid, startTime } = JSON.parse(text) as Record<string, unknown>;
    return typeof bootId === 'string' && typeof pid === 'number' && typeof startTime === 'string'
      ? { bootId, pid, startTime }
      : null;
  } catch {
    return null;
  }
}

/** Lets callers of one process go one at a time per name, in the order they came. */
export function createTurns(): <T>(name: string, body: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (name, body) => {
    const before = last.get(name) ?? Promise.resolve();
    const turn = before.then(body, body);
    last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (last.get(name) === turn) last.delete(name);
    }
  };
}
