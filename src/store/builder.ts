import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type Dialect,
} from 'kysely';
import { createStatements } from './statements.ts';
import type { Tables } from './tables.ts';

const sqlite: Dialect = {
  createAdapter: () => new SqliteAdapter(),
  // It only builds SQL: connections and transactions are the store's own, because a transaction takes its
  // write lock at the start and refuses statements that arrive after its end.
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
};

/** The store's SQL in SQLite's dialect; runs nothing. */
export const statements = createStatements(new Kysely<Tables>({ dialect: sqlite }));

/** The same without tables: migrations must not change with the tables that today's code knows. */
export const migrationBuilder = new Kysely<unknown>({ dialect: sqlite });
