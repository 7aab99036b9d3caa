import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Compilable } from 'kysely';
import type { Executor } from './executor.ts';
import { storeError } from './sqlite-error.ts';

/** More texts than the store has; lists of varying length would otherwise fill memory. */
const cachedStatements = 100;

/** One open database. Calls block the thread while they run. */
export interface SqliteConnection extends Executor {
  /** Runs SQL text that gives nothing back (transaction control, pragmas). */
  exec(sql: string): void;
  /** The one row of a pragma or query that has no parameters. */
  row(sql: string): Readonly<Record<string, unknown>> | undefined;
  readonly inTransaction: boolean;
  close(): void;
}

/** Which database, and how it is opened. */
interface SqliteConnectionOptions {
  /** Path, or `:memory:`. */
  readonly file: string;
  readonly readOnly: boolean;
  /** How long a statement waits for a lock of another process. It blocks the thread: SQLite is called in place. */
  readonly busyTimeoutMs: number;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

/**
 * One connection to a SQLite database; all errors are the store's. Statements run at once, in the caller's turn, and
 * are kept prepared, so that repeated ones are not parsed again.
 */
export function openSqliteConnection(options: SqliteConnectionOptions): SqliteConnection {
  const { file, readOnly, busyTimeoutMs } = options;
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (thrown) {
      throw storeError(thrown, file);
    }
  };
  const database = guarded(
    () =>
      new DatabaseSync(file, {
        readOnly,
        timeout: busyTimeoutMs,
        enableForeignKeyConstraints: true,
      }),
  );
  const statements = new Map<string, Prepared>();

  const prepare = (sql: string): Prepared => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    // Without this, reading an integer beyond 2^53 throws; `plain` gives it as text.
    statement.setReadBigInts(true);
    const oldest = statements.keys().next();
    if (statements.size >= cachedStatements && oldest.done !== true)
      statements.delete(oldest.value);
    const prepared = { statement, givesRows: statement.columns().length > 0 };
    statements.set(sql, prepared);
    return prepared;
  };

  return {
    async run<R>(query: Compilable<R>) {
      const { sql, parameters } = query.compile();
      return guarded(() => {
        const { statement, givesRows } = prepare(sql);
        const values = parameters as readonly SQLInputValue[];
        if (!givesRows) {
          return { rows: [], changes: Number(statement.run(...values).changes) };
        }
        const rows = statement.all(...values).map(plain) as readonly R[];
        return { rows, changes: rows.length };
      });
    },
    exec: (sql) => guarded(() => database.exec(sql)),
    row: (sql) => guarded(() => database.prepare(sql).get()),
    get inTransaction() {
      return database.isOpen && database.isTransaction;
    },
    close: () => {
      statements.clear();
      if (database.isOpen) guarded(() => database.close());
    },
  };
}

/** Integers as numbers, those that a number cannot hold as decimal text. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'bigint') {
      row[name] = BigInt.asIntN(54, value) === value ? Number(value) : value.toString();
    }
  }
  return row;
}
