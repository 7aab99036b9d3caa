import { AsyncLocalStorage } from 'node:async_hooks';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { Compilable } from 'kysely';
import { statements } from './builder.ts';
import { storeClosed, storeCorrupt, storeMisused } from './errors.ts';
import type { Executor } from './executor.ts';
import { migrate } from './migrate.ts';
import { createReader } from './reads.ts';
import { createSerial } from './serial.ts';
import { openSqliteConnection, type SqliteConnection } from './sqlite-connection.ts';
import { storeError } from './sqlite-error.ts';
import type { Store } from './store.ts';
import { createTransaction } from './writes.ts';

/** Which database, and how patient writes are. */
interface SqliteStoreOptions {
  /** Path of the database, made 0600 when it is not there; or `:memory:`. */
  readonly file: string;
  /** How long a write waits for another process (default 5,000 ms). */
  readonly busyTimeoutMs?: number | undefined;
}

/** What one transaction has done so far. */
interface Scope {
  open: boolean;
  /** Must be on the disk before the caller hears that it is done. */
  durable: boolean;
}

/**
 * The store in one SQLite file.
 *
 * - WAL, so that reads on their own connection never wait for the writer, and a killed process loses nothing that was
 *   committed (https://www.sqlite.org/wal.html).
 * - `synchronous = NORMAL`: a commit does not wait for the disk. A power cut can lose the last commits but never
 *   damages the file, and what is lost is found again: ownership is recorded at the targets with their own
 *   durability, and an interrupted release is read back from there. A commit that holds an approval is flushed at
 *   once, because a person's yes cannot be found again.
 * - The write-ahead log may grow to 16 MB before it is brought into the file: that waits for the disk, in place.
 * - One writer: transactions queue in this process and take SQLite's write lock at their start, so that two processes
 *   wait for each other instead of failing in the middle.
 *
 * With `:memory:` there is one connection only, so reads queue behind transactions.
 *
 * @throws FairleadError `store.corrupt`, `store.schema-newer`, `store.unopenable`, `store.read-only`, `store.disk-full`
 */
export async function openSqliteStore({
  file,
  busyTimeoutMs = 5_000,
}: SqliteStoreOptions): Promise<Store> {
  const inMemory = file === ':memory:';
  if (!inMemory) createPrivate(file);
  const writer = openSqliteConnection({ file, readOnly: false, busyTimeoutMs });
  const reader = await prepared(writer, file, () =>
    inMemory ? writer : openSqliteConnection({ file, readOnly: true, busyTimeoutMs }),
  );

  const serial = createSerial();
  const current = new AsyncLocalStorage<Scope>();
  let closed = false;

  const refuseClosed = (): void => {
    if (closed) throw storeClosed({ message: `${file} is closed`, resource: file });
  };
  const refuseNested = (): void => {
    if (current.getStore()?.open === true) {
      throw storeMisused({ message: 'a transaction body waits for the store that waits for it' });
    }
  };

  const readExecutor: Executor = {
    async run(query) {
      refuseClosed();
      if (!inMemory) return await reader.run(query);
      refuseNested();
      return await serial(() => reader.run(query));
    },
  };

  const scoped = (scope: Scope): Executor => ({
    async run<R>(query: Compilable<R>) {
      if (!scope.open) {
        throw storeMisused({ message: 'a statement arrived after its transaction had ended' });
      }
      return await writer.run(query);
    },
  });

  return {
    ...createReader(statements, readExecutor),

    async transaction(body) {
      refuseClosed();
      refuseNested();
      return await serial(async () => {
        const scope: Scope = { open: true, durable: false };
        const transaction = createTransaction(statements, scoped(scope));
        writer.exec('begin immediate');
        try {
          const result = await current.run(scope, () =>
            body({
              ...transaction,
              putApproval: async (approval) => {
                scope.durable = true;
                await transaction.putApproval(approval);
              },
            }),
          );
          scope.open = false;
          writer.exec('commit');
          if (scope.durable && !inMemory) flush(`${file}-wal`, file);
          return result;
        } catch (thrown) {
          scope.open = false;
          // SQLite has already rolled back after some errors (disk full).
          if (writer.inTransaction) writer.exec('rollback');
          throw thrown;
        }
      });
    },

    async close() {
      if (closed) return;
      refuseNested();
      closed = true;
      await serial(async () => {
        if (reader !== writer) reader.close();
        writer.close();
      });
    },
  };
}

/** The database holds plans: nobody else reads it. SQLite gives its side files the mode of the main file. */
function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    // Opening it as a database says what is wrong, in SQLite's words.
  }
}

/** Checks, migrates and sets up the writer, then opens the reader; closes what is open when anything fails. */
async function prepared(
  writer: SqliteConnection,
  file: string,
  openReader: () => SqliteConnection,
): Promise<SqliteConnection> {
  try {
    writer.exec(
      'pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 4000',
    );
    checkIntegrity(writer, file);
    await migrate(writer, file);
    return openReader();
  } catch (thrown) {
    writer.close();
    throw thrown;
  }
}

/** @throws FairleadError `store.corrupt` */
export function checkIntegrity(connection: SqliteConnection, file: string): void {
  const answer = connection.row('pragma quick_check(1)')?.['quick_check'];
  if (answer === 'ok') return;
  throw storeCorrupt({ message: `${file}: ${String(answer)}`, resource: file });
}

/** Puts a file's written pages on the disk. */
function flush(path: string, file: string): void {
  try {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (thrown) {
    throw storeError(thrown, file);
  }
}
