import { existsSync } from 'node:fs';
import { statements } from './builder.ts';
import { refuseNewerSchema, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/registry.ts';
import { createReader } from './reads.ts';
import { openSqliteConnection } from './sqlite-connection.ts';
import type { Reader } from './store.ts';

/** A store that only reads. */
interface SqliteReader extends Reader {
  close(): void;
}

/**
 * Reads a database beside whoever works on it, and changes nothing, not even its schema. `null`: there is none, or it
 * is one of an older Fairlead that the next controller has yet to bring up to date.
 *
 * @throws FairleadError `store.schema-newer`, `store.corrupt`, `store.unopenable`
 */
export function openSqliteReader(file: string): SqliteReader | null {
  if (!existsSync(file)) return null;
  const connection = openSqliteConnection({ file, readOnly: true, busyTimeoutMs: 5_000 });
  try {
    const version = schemaVersion(connection);
    refuseNewerSchema(version, file);
    if (version === migrations.length) {
      return { ...createReader(statements, connection), close: () => connection.close() };
    }
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
  connection.close();
  return null;
}
