import { readFileSync, readdirSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hasher } from '../../../model/digest.ts';
import { FairleadError } from '../../../model/error.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import { errorCode, fsyncFolder, writeFileDurably } from '../../../system/files.ts';
import type { ProcessIdentity } from '../../../system/processes.ts';
import { inventoryUnreadable } from '../../errors.ts';
import { hostError, processRecordUnreadable } from '../errors.ts';
import { decodeEnvelope, encodeEnvelope } from '../ledger/envelope.ts';
import { encodeName, keyName } from '../ledger/names.ts';
import type { Temporaries } from '../temporaries.ts';
import type { Ended } from './ended.ts';
import { readExit } from './exit-code.ts';
import { leashName } from './leash.ts';

/** Newest shape of a record's file. */
const formatVersion = 1;

/**
 * What is known of one process, durably. Written before it is started, with the nonce that it will carry, and once
 * more when it runs: whatever happens in between, the nonce finds it.
 */
export interface ProcessRecord {
  readonly key: InventoryKey;
  readonly name: string;
  readonly nonce: string;
  /** Boot in which it was started; in another one it is dead. */
  readonly bootId: string;
  /** `Desired.fields` that it was started with: secrets sealed. */
  readonly fields: JsonObject;
  /** `Desired.payload`: secrets as references. */
  readonly payload: JsonObject;
  readonly logFile: string;
  /** Size of the log when it was started, in bytes: what it wrote itself begins there. */
  readonly logOffset: number;
  /** `null`: it was about to be started. */
  readonly process: ProcessIdentity | null;
  /** Wall clock. */
  readonly startedAtMs: number;
  /** `null`: it runs, or nobody saw it end. */
  readonly ended: Ended | null;
  /** Ends in a row that came soon after a start. */
  readonly failures: number;
  /** Somebody else answered at its port when it was started. */
  readonly portTaken: boolean;
}

/** Names one record: the same file for one process of one application, whatever becomes of the process. */
export interface RecordName {
  readonly key: InventoryKey;
  readonly name: string;
}

/** Identity of a live process in plans and inventories: new with each start. */
export function uidOf(record: Pick<ProcessRecord, 'nonce'>): string {
  return `process:${record.nonce}`;
}

/** The nonce in a UID; `null` for what is none of ours. */
export function nonceOf(uid: string | null): string | null {
  return uid?.startsWith('process:') === true ? uid.slice('process:'.length) : null;
}

/** `<application>@<environment>@<name>`, encoded. */
export function recordName({ key, name }: RecordName): string {
  return `${keyName(key)}@${encodeName(name)}`;
}

interface ProcessRecordsDependencies {
  readonly stateDir: string;
  readonly hash: Hasher;
  readonly temporaries: Temporaries;
}

/** A small file for each process, under `processes/` of the state folder. */
export class ProcessRecords {
  readonly #dependencies: ProcessRecordsDependencies;
  readonly #folder: string;

  constructor(dependencies: ProcessRecordsDependencies) {
    this.#dependencies = dependencies;
    this.#folder = join(dependencies.stateDir, 'processes');
  }

  /**
   * `null`: nothing is recorded. Reads at once, as the ledger does: a few microseconds on its own disk.
   * @throws FairleadError `host.process-record-unreadable`, `target.inventory-newer`; `host.*` where the disk fails.
   */
  load(name: RecordName): ProcessRecord | null {
    return this.#read(this.#path(recordName(name)));
  }

  /** The record of the process with this UID, under whatever name: an application may have been renamed. */
  find(uid: string): ProcessRecord | null {
    let files: readonly string[];
    try {
      files = readdirSync(this.#folder);
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT') return null;
      throw hostError(thrown, `list ${this.#folder}`, this.#folder);
    }
    for (const file of files) {
      if (!file.endsWith('.json')) continue;
      const record = this.#readOrNull(join(this.#folder, file));
      if (record !== null && uidOf(record) === uid) return record;
    }
    return null;
  }

  /** Durable when it resolves. `beforeCommit` is called when all is ready; what it throws leaves the old record. */
  async write(record: ProcessRecord, beforeCommit?: () => Promise<void>): Promise<void> {
    const { hash, temporaries } = this.#dependencies;
    const path = this.#path(recordName(record));
    try {
      await temporaries.clean(this.#folder);
      await writeFileDurably(path, encodeEnvelope(hash, 'process', formatVersion, record), {
        mode: 0o600,
        temporary: temporaries.next(),
        ...(beforeCommit === undefined ? {} : { beforeCommit }),
      });
    } catch (thrown) {
      throw hostError(thrown, `write ${path}`, `Process/${record.name}`);
    }
  }

  /** Durable when it resolves; also when nothing was there. */
  async remove(name: RecordName): Promise<void> {
    const path = this.#path(recordName(name));
    await removeFile(path);
    await fsyncFolder(this.#folder);
  }

  /** Where the exit code of a process is written. */
  exitFile({ nonce }: Pick<ProcessRecord, 'nonce'>): string {
    return join(this.#folder, `${nonce}.exit`);
  }

  /** What a process with this nonce inherits, see `leash.ts`. */
  leashFile({ nonce }: Pick<ProcessRecord, 'nonce'>): string {
    return join(this.#folder, leashName(nonce));
  }

  /** What lies beside a record while its process starts and runs. */
  async removeBeside(record: Pick<ProcessRecord, 'nonce'>): Promise<void> {
    await removeFile(this.exitFile(record));
    await removeFile(this.leashFile(record));
  }

  /** How the process ended, as far as anybody knows; `null`: it may run, or nobody saw its end. */
  endOf(record: ProcessRecord): Ended | null {
    return record.ended ?? readExit(this.exitFile(record));
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`);
  }

  /** What is damaged is the trouble of its own application alone. */
  #readOrNull(path: string): ProcessRecord | null {
    try {
      return this.#read(path);
    } catch {
      return null;
    }
  }

  #read(path: string): ProcessRecord | null {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT') return null;
      throw hostError(thrown, `read ${path}`, path);
    }
    try {
      const value = decodeEnvelope(this.#dependencies.hash, 'process', formatVersion, path, text);
      return value as unknown as ProcessRecord;
    } catch (thrown) {
      if (thrown instanceof FairleadError && thrown.code === inventoryUnreadable.definition.code) {
        throw processRecordUnreadable({ message: thrown.message, resource: path, cause: thrown });
      }
      throw thrown;
    }
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw hostError(thrown, `remove ${path}`, path);
  }
}
