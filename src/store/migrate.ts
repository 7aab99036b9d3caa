import { migrationBuilder } from './builder.ts';
import { schemaNewer, storeMisused } from './errors.ts';
import { migrations as all } from './migrations/registry.ts';
import type { Migration } from './migrations/migration.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/**
 * The version of the schema in a SQLite database; 0 for a new one. It stands in the file's header
 * (https://www.sqlite.org/pragma.html#pragma_user_version), so that a migration and its number are one commit.
 */
export function schemaVersion(connection: SqliteConnection): number {
  return Number(connection.row('pragma user_version')?.['user_version'] ?? 0);
}

/** @throws FairleadError `store.schema-newer` */
export function refuseNewerSchema(version: number, file: string, newest = all.length): void {
  if (version <= newest) return;
  throw schemaNewer({
    message: `${file} has schema ${version}; this Fairlead knows up to ${newest}`,
    resource: file,
  });
}

/**
 * Brings the schema up to date, all in one transaction.
 * @returns how many migrations ran.
 * @throws FairleadError `store.schema-newer` and whatever a statement fails with; nothing has changed then.
 */
export async function migrate(
  connection: SqliteConnection,
  file: string,
  migrations: readonly Migration[] = all,
): Promise<number> {
  refuseNewerSchema(schemaVersion(connection), file, migrations.length);
  if (schemaVersion(connection) === migrations.length) return 0;
  connection.exec('begin immediate');
  try {
    // Read again under the lock: another process may have been quicker.
    const before = schemaVersion(connection);
    const due = migrations.slice(before);
    for (const [at, migration] of due.entries()) {
      if (migration.number !== before + at + 1) {
        throw storeMisused({ message: `migration ${migration.number} is out of place` });
      }
      for (const statement of migration.up(migrationBuilder)) await connection.run(statement);
      connection.exec(`pragma user_version = ${migration.number}`);
    }
    connection.exec('commit');
    return due.length;
  } catch (thrown) {
    if (connection.inTransaction) connection.exec('rollback');
    throw thrown;
  }
}
