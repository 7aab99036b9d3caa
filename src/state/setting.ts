import type { JsonObject } from '../model/json.ts';
import { openSqliteReader } from '../store/sqlite-reader.ts';
import { layoutOf } from './folder.ts';

/**
 * One setting of a state folder, read beside whatever works on it; `null`: there is none.
 * @throws FairleadError `store.*`
 */
export async function readSetting(directory: string, name: string): Promise<JsonObject | null> {
  const reader = openSqliteReader(layoutOf(directory).database);
  if (reader === null) return null;
  try {
    return await reader.setting(name);
  } finally {
    reader.close();
  }
}
