import { existsSync } from 'node:fs';
import { layoutOf } from '../../state/folder.ts';
import type { StateLayout } from '../../state/folder.ts';
import { readKeys } from '../../state/keys.ts';
import { lockState } from '../../state/lock.ts';
import { isMarkedRestored } from '../../state/restored.ts';
import { refuseNewerSchema, schemaVersion } from '../../store/migrate.ts';
import { checkIntegrity } from '../../store/sqlite.ts';
import { openSqliteConnection } from '../../store/sqlite-connection.ts';
import { FairleadError } from '../../model/error.ts';
import { socketPathOf } from '../../state/location.ts';
import { messageOf, ok, problem, warning } from './check.ts';
import type { Check } from './check.ts';
import { countOf } from '../show/counts.ts';

/** What lies in the state folder: the lock, the database, the keys. Changes nothing. */
export async function checkState(
  stateDir: string,
  controllerRuns: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Check[]> {
  const layout = layoutOf(stateDir);
  if (!existsSync(layout.keys) && !existsSync(layout.database)) return [];
  return [
    checkLock(layout, controllerRuns, socketPathOf(stateDir, env)),
    checkDatabase(layout),
    await checkKeys(layout),
    ...(isMarkedRestored(layout)
      ? [
          warning(
            'state',
            'it came from a backup or lost its database, and nobody has confirmed it yet',
            'Look at `fairlead plan --server`, then `fairlead resume --all`.',
          ),
        ]
      : []),
  ];
}

function checkLock(layout: StateLayout, controllerRuns: boolean, socket: string): Check {
  if (controllerRuns) return ok('lock', 'held by the controller');
  if (!existsSync(layout.lock)) return ok('lock', 'free');
  try {
    lockState(layout.lock).release();
    return ok('lock', 'free');
  } catch (thrown) {
    return thrown instanceof FairleadError && thrown.code === 'state.locked'
      ? warning(
          'lock',
          `${thrown.message}, and nobody answers at ${socket}`,
          'A sync may be under way; else end that process (SIGTERM), and start `fairlead up`.',
        )
      : problem('lock', messageOf(thrown), 'Make the state folder writable for this user.');
  }
}

function checkDatabase(layout: StateLayout): Check {
  const file = layout.database;
  if (!existsSync(file)) {
    return warning(
      'database',
      `${file} is not there`,
      'Bring it back with `fairlead restore`; without it `fairlead up` starts anew, read-only.',
    );
  }
  try {
    const connection = openSqliteConnection({ file, readOnly: true, busyTimeoutMs: 1_000 });
    try {
      checkIntegrity(connection, file);
      refuseNewerSchema(schemaVersion(connection), file);
      return ok('database', `whole, schema ${schemaVersion(connection)}`);
    } finally {
      connection.close();
    }
  } catch (thrown) {
    return problem('database', messageOf(thrown), hintOf(thrown));
  }
}

async function checkKeys(layout: StateLayout): Promise<Check> {
  try {
    const keys = await readKeys(layout.keys);
    return keys === null
      ? problem('keys', `${layout.keys} is not there`, 'Bring it back with `fairlead restore`.')
      : ok('keys', `installation ${keys.installation}, ${countOf(keys.keys.length, 'key')}`);
  } catch (thrown) {
    return problem('keys', messageOf(thrown), hintOf(thrown));
  }
}

function hintOf(thrown: unknown): string {
  return thrown instanceof FairleadError ? thrown.hint : 'Look at the state folder.';
}
