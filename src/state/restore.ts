import { existsSync } from 'node:fs';
import { copyFile, chmod, mkdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { FairleadError } from '../model/error.ts';
import { refuseNewerSchema, schemaVersion } from '../store/migrate.ts';
import { checkIntegrity } from '../store/sqlite.ts';
import { openSqliteConnection } from '../store/sqlite-connection.ts';
import { fsyncFolder } from '../system/files.ts';
import { backupVersion } from './backup.ts';
import { backupInvalid, stateNotEmpty } from './errors.ts';
import { layoutOf, prepareFolder } from './folder.ts';
import type { StateLayout } from './folder.ts';
import { parseKeys, writeKeys } from './keys.ts';
import type { Keys } from './keys.ts';
import { lockState } from './lock.ts';
import { markRestored } from './restored.ts';
import { isSealed, sealBytes } from './seal.ts';

/** What is restored, and over what. */
interface RestoreOptions {
  /** State folder; made where it is not there. */
  readonly directory: string;
  readonly file: string;
  /** Move a state that is there aside instead of refusing. */
  readonly replace: boolean;
  readonly nowMs: number;
}

/** What was restored. */
export interface RestoreReport {
  readonly directory: string;
  readonly installation: string;
  /** When the backup was made. */
  readonly madeAtMs: number;
  /** Folder that the old state was moved to, `null` where there was none. */
  readonly movedTo: string | null;
}

/**
 * Brings a state folder back from a backup. The controller then starts read-only, because what is live may be newer.
 * The backup is checked whole before anything is touched; a crash in between leaves a folder without a database and
 * with the mark, which starts read-only, too.
 *
 * @throws FairleadError `state.backup-invalid`, `state.not-empty`, `state.locked`, `store.schema-newer`
 */
export async function restore(options: RestoreOptions): Promise<RestoreReport> {
  const layout = layoutOf(options.directory);
  const { keys, atMs } = await checkBackup(options.file);
  await prepareFolder(layout.directory);
  const lock = lockState(layout.lock);
  try {
    const isTaken = existsSync(layout.database) || existsSync(layout.keys);
    if (isTaken && !options.replace) {
      throw stateNotEmpty({
        message: `${layout.directory} holds an installation`,
        resource: layout.directory,
      });
    }
    const movedTo = isTaken ? await moveAside(layout, options.nowMs) : null;
    await markRestored(layout, `restored from ${options.file}`);
    await writeKeys(layout.keys, keys);
    await placeDatabase(options.file, layout);
    return {
      directory: layout.directory,
      installation: keys.installation,
      madeAtMs: atMs,
      movedTo,
    };
  } finally {
    lock.release();
  }
}

/** @throws FairleadError `state.backup-invalid`, `store.schema-newer` */
async function checkBackup(file: string): Promise<{ readonly keys: Keys; readonly atMs: number }> {
  const invalid = (why: string, cause?: unknown): FairleadError =>
    backupInvalid({ message: `${file}: ${why}`, resource: file, cause });
  if (!existsSync(file)) throw invalid('there is no such file');
  if (!(await isSealed(file)))
    throw invalid(
      'it is no backup, or was cut short or damaged: the digest at its end is not of it',
    );
  try {
    const connection = openSqliteConnection({ file, readOnly: true, busyTimeoutMs: 0 });
    try {
      checkIntegrity(connection, file);
      refuseNewerSchema(schemaVersion(connection), file);
      const row = connection.row('select version, at_ms, keys from fairlead_backup');
      if (row?.['version'] !== backupVersion) throw invalid('it has another form');
      return { keys: parseKeys(String(row['keys']), file), atMs: Number(row['at_ms']) };
    } finally {
      connection.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof FairleadError) || thrown.code === 'store.schema-newer') throw thrown;
    if (thrown.code.startsWith('store.')) throw invalid('it is no whole database', thrown);
    throw thrown;
  }
}

async function moveAside(layout: StateLayout, nowMs: number): Promise<string> {
  const folder = join(
    layout.directory,
    `replaced-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`,
  );
  await mkdir(folder, { mode: 0o700 });
  const { database } = layout;
  for (const path of [database, `${database}-wal`, `${database}-shm`, layout.keys]) {
    if (existsSync(path)) await rename(path, join(folder, path.slice(layout.directory.length + 1)));
  }
  await fsyncFolder(folder);
  await fsyncFolder(layout.directory);
  return folder;
}

async function placeDatabase(file: string, layout: StateLayout): Promise<void> {
  const temporary = `${layout.database}.tmp`;
  await rm(temporary, { force: true });
  await copyFile(file, temporary);
  await truncate(temporary, (await stat(temporary)).size - sealBytes);
  await chmod(temporary, 0o600);
  const connection = openSqliteConnection({ file: temporary, readOnly: false, busyTimeoutMs: 0 });
  try {
    connection.exec('drop table fairlead_backup');
  } finally {
    connection.close();
  }
  await rename(temporary, layout.database);
  await fsyncFolder(layout.directory);
}
