import { FairleadError } from '../model/error.ts';
import {
  storeBusy,
  storeCorrupt,
  storeDiskFull,
  storeFailed,
  storeIo,
  storeReadOnly,
  storeUnopenable,
} from './errors.ts';

/** Primary result codes: https://www.sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The lower byte of SQLite's (extended) result code, or `null` for an error that did not come from SQLite. */
function sqliteCode(thrown: unknown): number | null {
  if (typeof thrown !== 'object' || thrown === null || !('errcode' in thrown)) return null;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : null;
}

/** What SQLite threw, as an error of the store; `file` is the database. */
export function storeError(thrown: unknown, file: string): FairleadError {
  if (thrown instanceof FairleadError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const details = { message: `${file}: ${text}`, resource: file, cause: thrown };
  switch (sqliteCode(thrown)) {
    case CORRUPT:
    case NOTADB:
      return storeCorrupt(details);
    case FULL:
      return storeDiskFull(details);
    case READONLY:
      return storeReadOnly(details);
    case BUSY:
    case LOCKED:
      return storeBusy(details);
    case CANTOPEN:
      return storeUnopenable(details);
    case IOERR:
      return storeIo(details);
    default:
      return storeFailed(details);
  }
}
