import { existsSync } from 'node:fs';
import { chmod, link, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, fsyncFolder } from '../system/files.ts';
import { openSqliteConnection } from '../store/sqlite-connection.ts';
import { backupExists, keysMissing, nothingToBackUp } from './errors.ts';
import { layoutOf, requireReadable } from './folder.ts';
import { readKeys } from './keys.ts';
import { seal } from './seal.ts';

/** Form of a backup; a file of another form is refused. */
export const backupVersion = 2;

/** What was written. */
export interface BackupReport {
  readonly file: string;
  readonly bytes: number;
  readonly installation: string;
  readonly atMs: number;
}

/**
 * Saves a state folder into one file: a SQLite database with everything that Fairlead's own holds, and the keys in a
 * table beside it, and a digest of it all at its end. A consistent picture, also while a controller works on the folder. Mirrors stay out: they are
 * fetched again. Whoever can read the file can read the keys, so it is made 0600.
 *
 * @throws FairleadError `state.unusable`, `state.not-permitted`, `state.nothing-to-back-up`, `state.backup-exists`, `state.keys-missing`, `store.*`
 */
export async function backUp(
  directory: string,
  file: string,
  nowMs: number,
): Promise<BackupReport> {
  const layout = layoutOf(directory);
  await requireReadable(directory);
  if (!existsSync(layout.database)) {
    throw nothingToBackUp({ message: `${directory} holds no database`, resource: directory });
  }
  const keys = await readKeys(layout.keys);
  if (keys === null) {
    throw keysMissing({ message: `${layout.keys} is not there`, resource: layout.keys });
  }
  if (existsSync(file)) throw backupExists({ message: `${file} is there already`, resource: file });
  const temporary = join(dirname(file), `.fairlead-backup-${process.pid}.tmp`);
  try {
    await makeEmpty(temporary);
    copyDatabase(layout.database, temporary);
    addKeys(temporary, JSON.stringify(keys), nowMs);
    await seal(temporary);
    await publish(temporary, file);
  } finally {
    await rm(temporary, { force: true });
    await rm(`${temporary}-journal`, { force: true });
  }
  return {
    file,
    bytes: (await stat(file)).size,
    installation: keys.installation,
    atMs: nowMs,
  };
}

/** VACUUM INTO writes into an empty file that is there, which keeps the mode it has. */
async function makeEmpty(file: string): Promise<void> {
  await rm(file, { force: true });
  await (await open(file, 'wx', 0o600)).close();
}

function copyDatabase(from: string, to: string): void {
  const connection = openSqliteConnection({ file: from, readOnly: true, busyTimeoutMs: 10_000 });
  try {
    connection.exec(`vacuum into '${to.replaceAll("'", "''")}'`);
  } finally {
    connection.close();
  }
}

function addKeys(file: string, keys: string, nowMs: number): void {
  const connection = openSqliteConnection({ file, readOnly: false, busyTimeoutMs: 0 });
  try {
    // One file: no write-ahead log beside it.
    connection.exec('pragma journal_mode = delete; pragma synchronous = full');
    connection.exec(`begin;
      create table fairlead_backup (version integer, at_ms integer, keys text);
      insert into fairlead_backup values
        (${backupVersion}, ${nowMs}, '${keys.replaceAll("'", "''")}');
      commit`);
  } finally {
    connection.close();
  }
}

/** The file appears whole, under its name, and never over another one. */
async function publish(temporary: string, file: string): Promise<void> {
  await chmod(temporary, 0o600);
  try {
    await link(temporary, file);
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST') {
      throw backupExists({ message: `${file} is there already`, resource: file, cause: thrown });
    }
    throw thrown;
  }
  await fsyncFolder(dirname(file));
}
