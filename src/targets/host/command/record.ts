import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hasher } from '../../../model/digest.ts';
import { FairleadError } from '../../../model/error.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import { errorCode, writeFileDurably } from '../../../system/files.ts';
import { inventoryUnreadable } from '../../errors.ts';
import { commandRecordUnreadable, hostError } from '../errors.ts';
import { decodeEnvelope, encodeEnvelope } from '../ledger/envelope.ts';
import { encodeName, keyName } from '../ledger/names.ts';
import type { Temporaries } from '../temporaries.ts';

/** Newest shape of a record's file. */
const formatVersion = 1;

/**
 * The last run of one command. Written before it begins, so that a run which nobody saw end is never taken for one that
 * was not begun, nor an older one for the last.
 */
export interface CommandRecord {
  readonly key: InventoryKey;
  readonly name: string;
  /** What the run has as FAIRLEAD_COMMAND_ID in its environment. */
  readonly id: string;
  readonly uid: string;
  /** `Desired.fields` of the run: secrets sealed. */
  readonly fields: JsonObject;
  /** The release that it belongs to; empty: none was recorded. */
  readonly release: string;
  /** `started` still, when its end was not seen. */
  readonly state: 'started' | 'done' | 'failed';
  /** When it was begun, wall clock. */
  readonly startedAtMs: number;
  /** The end of its output, without secrets. */
  readonly output: string;
}

/** Where records are kept. `stateDir` is the state folder of the target. */
export interface CommandRecordsDependencies {
  readonly stateDir: string;
  readonly hash: Hasher;
  readonly temporaries: Temporaries;
}

/** A small file for each command, under `commands/` of the state folder. */
export class CommandRecords {
  readonly #dependencies: CommandRecordsDependencies;
  readonly #folder: string;

  constructor(dependencies: CommandRecordsDependencies) {
    this.#dependencies = dependencies;
    this.#folder = join(dependencies.stateDir, 'commands');
  }

  /**
   * `null`: it never ran. Reads at once, as the ledger does.
   * @throws FairleadError `host.command-record-unreadable`, `target.inventory-newer`; `host.*` where the disk fails.
   */
  load(key: InventoryKey, name: string): CommandRecord | null {
    const path = this.#path(key, name);
    try {
      const text = readFileSync(path, 'utf8');
      const value = decodeEnvelope(this.#dependencies.hash, 'command', formatVersion, path, text);
      return value as unknown as CommandRecord;
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT') return null;
      if (thrown instanceof FairleadError && thrown.code === inventoryUnreadable.definition.code) {
        throw commandRecordUnreadable({ message: thrown.message, resource: path, cause: thrown });
      }
      throw hostError(thrown, `read ${path}`, path);
    }
  }

  /** Durable when it resolves. `beforeCommit` is called when all is ready; what it throws leaves the old record. */
  async write(record: CommandRecord, beforeCommit?: () => Promise<void>): Promise<void> {
    const { hash, temporaries } = this.#dependencies;
    const path = this.#path(record.key, record.name);
    try {
      await temporaries.clean(this.#folder);
      await writeFileDurably(path, encodeEnvelope(hash, 'command', formatVersion, record), {
        mode: 0o600,
        temporary: temporaries.next(),
        ...(beforeCommit === undefined ? {} : { beforeCommit }),
      });
    } catch (thrown) {
      throw hostError(thrown, `write ${path}`, `Command/${record.name}`);
    }
  }

  #path(key: InventoryKey, name: string): string {
    return join(this.#folder, `${keyName(key)}@${encodeName(name)}.json`);
  }
}
