import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { FairleadError } from '../model/error.ts';
import { openSqliteConnection } from '../store/sqlite-connection.ts';
import { errorCode } from '../system/files.ts';
import { stateLocked, stateUnusable } from './errors.ts';

/** How long a Fairlead that is about to end may keep the lock. */
const patienceMs = 2_000;

/** The right to write to a state folder, held until it is released or the process ends. */
interface StateLock {
  release(): void;
}

/**
 * One Fairlead at a time per state folder.
 *
 * The lock is SQLite's own on a file that holds nothing: the kernel keeps it, also across containers, and takes it
 * away from a process that dies, `kill -9` included, so no lock is ever left over and no process number is guessed at.
 * Beside it stands who has it, for people only.
 *
 * @throws FairleadError `state.locked`; `state.unusable` or `store.*` where the folder cannot be written
 */
export function lockState(path: string): StateLock {
  const connection = openSqliteConnection({
    file: path,
    readOnly: false,
    busyTimeoutMs: patienceMs,
  });
  const holder = `${path}.holder`;
  try {
    connection.exec('pragma journal_mode = delete');
    connection.exec('begin exclusive');
  } catch (thrown) {
    connection.close();
    if (!(thrown instanceof FairleadError) || thrown.code !== 'store.busy') throw thrown;
    throw stateLocked({
      message: `${holderOf(holder)} works on this state folder`,
      resource: path,
      cause: thrown,
    });
  }
  try {
    chmodSync(path, 0o600);
    writeFileSync(holder, `process ${process.pid}\n`, { mode: 0o600 });
  } catch (thrown) {
    connection.close();
    if (errorCode(thrown) === '') throw thrown;
    const why = thrown instanceof Error ? thrown.message : errorCode(thrown);
    throw stateUnusable({ message: `${path}: ${why}`, resource: path, cause: thrown });
  }
  return {
    release: () => {
      rmSync(holder, { force: true });
      connection.close();
    },
  };
}

function holderOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim() || 'another Fairlead';
  } catch {
    return 'another Fairlead';
  }
}
