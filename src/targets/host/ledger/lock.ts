import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import { isAlive } from '../../../system/processes.ts';
import type { ProcessIdentity, ProcessTable } from '../../../system/processes.ts';
import { hostError, ledgerBusy } from '../errors.ts';
import type { Temporaries } from '../temporaries.ts';

/** A lock whose owner is not written in it yet is left alone for this long. */
const unsignedMs = 5_000;
const patienceMs = 10_000;

interface LockDependencies {
  readonly clock: Clock;
  readonly table: ProcessTable;
  readonly self: ProcessIdentity;
  readonly temporaries: Temporaries;
}

/** A lock that is held; the holder checks it once more right before what it protects is done. */
interface HeldLock {
  /** @throws FairleadError `host.ledger-busy` when the lock was taken away (the machine slept for long). */
  assertHeld(): void;
}

/**
 * Runs `body` while the lock of that name is ours, across processes. A lock whose owner is dead is taken over.
 * Callers inside one process take turns by themselves (`createTurns`).
 *
 * @throws FairleadError `host.ledger-busy` when the owner lives and does not let go for 10 s; `host.*` where the disk
 *   fails.
 */
export type WithLock = <T>(name: string, body: (lock: HeldLock) => Promise<T>) => Promise<T>;

/**
 * Locks as files in `folder`, each with the name of its owner in it.
 *
 * A lock is a hard link to one file per process that says who that is: linking is atomic, so a lock is never without
 * an owner, and no file is made or freed for it. The latter matters: ext4 gives out inodes freed in the last minutes
 * only after looking at each of them, so a file made and deleted for every lock slows down all that makes files.
 *
 * Synchronous calls: each is some microseconds on the ledger's own disk, a thread-pool trip is ten times that.
 */
export function createLocks(dependencies: LockDependencies, folder: string): WithLock {
  const { clock, table, self, temporaries } = dependencies;
  let own: { readonly file: string; readonly mark: string } | null = null;
  let linking = true;

  /** Makes the file that says who we are; exclusively, because a second ledger of this process has its own. */
  const introduce = (): { readonly file: string; readonly mark: string } => {
    for (;;) {
      const name = temporaries.next();
      const made = { file: join(folder, name), mark: JSON.stringify({ ...self, nonce: name }) };
      try {
        writeFileSync(made.file, made.mark, { mode: 0o600, flag: 'wx' });
        return made;
      } catch (thrown) {
        if (errorCode(thrown) === 'EEXIST') continue;
        // On a full disk a file without content is left.
        rmSync(made.file, { force: true });
        throw thrown;
      }
    }
  };

  /** Callers take turns, so a lock of our own is one that could not be let go when the disk failed. */
  const isLeftOver = (path: string): boolean => read(path) === own?.mark;

  /** @returns what stands in the lock while it is ours; `null`: somebody has it. */
  const acquire = async (path: string): Promise<string | null> => {
    if (own === null) await temporaries.clean(folder);
    own ??= introduce();
    if (!linking) return create(path, own.mark) || isLeftOver(path) ? own.mark : null;
    try {
      linkSync(own.file, path);
      return own.mark;
    } catch (thrown) {
      switch (errorCode(thrown)) {
        case 'EEXIST':
          return isLeftOver(path) ? own.mark : null;
        case 'ENOENT':
          // Somebody cleared it away.
          own = null;
          return acquire(path);
        case 'EPERM':
        case 'ENOTSUP':
        case 'EOPNOTSUPP':
        case 'ENOSYS':
          // No hard links here.
          linking = false;
          return acquire(path);
        default:
          throw thrown;
      }
    }
  };

  return async (name, body) => {
    const path = join(folder, `${name}.lock`);
    const deadlineMs = clock.monotonicMs() + patienceMs;
    const tryOnce = async (): Promise<string | null> => {
      try {
        const mark = await acquire(path);
        return mark === null && (await breakStale(table, clock, path)) ? await acquire(path) : mark;
      } catch (thrown) {
        throw hostError(thrown, `lock ${path}`, path);
      }
    };
    let mark: string | null;
    while ((mark = await tryOnce()) === null) {
      if (clock.monotonicMs() > deadlineMs) {
        throw ledgerBusy({
          message: `${path} is held by ${read(path) ?? 'nobody'}`,
          resource: path,
        });
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
      letGo(path, held);
    }
  };
}

/** What was done under the lock is done, whether it can be removed or not; its owner knows it for its own later. */
function letGo(path: string, held: () => boolean): void {
  try {
    if (held()) unlinkSync(path);
  } catch (thrown) {
    if (errorCode(thrown) === '') throw thrown;
  }
}

/** Makes the lock as a file of its own. @returns false when somebody has it. */
function create(path: string, mark: string): boolean {
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
