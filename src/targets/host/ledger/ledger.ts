import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hasher } from '../../../model/digest.ts';
import { inventoryFormatVersion, inventoryKey } from '../../../model/inventory.ts';
import type { Hold, Inventory, InventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Clock } from '../../../system/clock.ts';
import type { ProcessIdentity, ProcessTable } from '../../../system/processes.ts';
import { inventoryConflict, inventoryUnreadable } from '../../errors.ts';
import type { Ledger } from '../../target.ts';
import type { ClaimHolder, Claims } from '../claims.ts';
import { stateUnusable } from '../errors.ts';
import type { Temporaries } from '../temporaries.ts';
import { ClaimIndex } from './claim-index.ts';
import { createLocks, createTurns } from './lock.ts';
import { keyName, keyOfFile } from './names.ts';
import { RecordFiles } from './record-files.ts';

/** Newest shape of a hold's file. */
const holdFormatVersion = 1;

interface HostLedgerDependencies {
  readonly stateDir: string;
  readonly hash: Hasher;
  readonly clock: Clock;
  readonly table: ProcessTable;
  readonly self: ProcessIdentity;
  readonly temporaries: Temporaries;
}

/** The ledger, and what the target itself needs of it. */
export interface HostLedger extends Ledger, Claims {
  readonly inventoriesFolder: string;
  readonly holdsFolder: string;
  /** Something in `inventoriesFolder` was written; what we did not write ourselves is read anew. */
  noticeInventory(file: string): Promise<void>;
  /** The application whose hold somebody else changed, or `null` where a file in `holdsFolder` tells nothing new. */
  noticeHold(file: string): Promise<InventoryKey | null>;
}

/**
 * Inventories and holds as files under the state folder: `inventories/<application>@<environment>.json` and
 * `holds/…`. Several processes may use one folder; each write is a compare-and-swap under a lock.
 *
 * @throws FairleadError `host.state-unusable` when the folders cannot be made.
 */
export function openLedger(dependencies: HostLedgerDependencies): HostLedger {
  const { stateDir, hash, clock, temporaries } = dependencies;
  const folder = (name: string): string => {
    const path = join(stateDir, name);
    try {
      // What is in it names paths and processes of this machine: for its owner alone.
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch (thrown) {
      throw stateUnusable({
        message: `cannot make ${path}: ${String(thrown)}`,
        resource: path,
        cause: thrown,
      });
    }
    return path;
  };
  const inventories = new RecordFiles({
    folder: folder('inventories'),
    kind: 'inventory',
    formatVersion: inventoryFormatVersion,
    hash,
    clock,
    temporaries,
  });
  const holds = new RecordFiles({
    folder: folder('holds'),
    kind: 'hold',
    formatVersion: holdFormatVersion,
    hash,
    clock,
    temporaries,
  });
  const withLock = createLocks(dependencies, folder('locks'));
  const inTurn = createTurns();
  let index: Promise<ClaimIndex> | null = null;

  const load = async (key: InventoryKey): Promise<Inventory | null> => {
    const value = await inventories.load(key);
    return value === null ? null : asInventory(value, inventories.path(key));
  };

  /** Runs `body` alone among all writers of this inventory, with the epoch as expected. */
  const exchange = (
    key: InventoryKey,
    expectedEpoch: number | null,
    body: (assertHeld: () => Promise<void>) => Promise<void>,
  ): Promise<void> =>
    inTurn(inventoryKey(key), () =>
      withLock(keyName(key), async (lock) => {
        const stored = (await load(key))?.epoch ?? null;
        if (stored !== expectedEpoch) {
          throw inventoryConflict({
            message: `the inventory of ${inventoryKey(key)} is at epoch ${stored ?? 'none'}, not ${expectedEpoch ?? 'none'}`,
            resource: inventoryKey(key),
          });
        }
        await body(async () => lock.assertHeld());
      }),
    );

  const buildIndex = async (): Promise<ClaimIndex> => {
    const made = new ClaimIndex();
    for (const key of await inventories.list()) {
      // An inventory that cannot be read blocks its own application, which says so; it holds nobody else up.
      const inventory = await load(key).catch(() => null);
      if (inventory !== null) await made.put(inventory);
    }
    return made;
  };

  return {
    place: stateDir,
    inventoriesFolder: inventories.folder,
    holdsFolder: holds.folder,
    load,
    save: (key, inventory, expectedEpoch) =>
      exchange(key, expectedEpoch, async (assertHeld) => {
        await inventories.write(key, inventory, {
          beforeCommit: assertHeld,
          // The end of what was announced under the same epoch: going back to old ∪ new loses nothing.
          mayFallBack: inventory.epoch === expectedEpoch,
        });
        if (index !== null) await (await index).put(inventory);
      }),
    remove: (key, expectedEpoch) =>
      exchange(key, expectedEpoch, async (assertHeld) => {
        await assertHeld();
        await inventories.remove(key);
        if (index !== null) (await index).drop(key);
      }),
    list: () => inventories.list(),
    loadHold: async (key) => (await holds.load(key)) as Hold | null,
    saveHold: (key, hold) => (hold === null ? holds.remove(key) : holds.write(key, hold)),
    listHolds: async () => {
      const keys = await holds.list();
      const found = await Promise.all(keys.map((key) => holdOrFreeze(holds, key, clock)));
      return found.filter((hold) => hold !== null);
    },
    holder: async (claim): Promise<ClaimHolder | null> => {
      index ??= buildIndex();
      try {
        return (await index).holder(claim);
      } catch (thrown) {
        index = null;
        throw thrown;
      }
    },
    noticeInventory: async (file) => {
      const key = keyOfFile(file);
      if (key === null || index === null || (await inventories.isAsSeen(key))) return;
      const inventory = await load(key).catch(() => undefined);
      if (inventory === null) (await index).drop(key);
      else if (inventory !== undefined) await (await index).put(inventory);
    },
    noticeHold: async (file) => {
      const key = keyOfFile(file);
      return key === null || (await holds.isAsSeen(key)) ? null : key;
    },
  };
}

/** A hold that cannot be read still holds: until a person looks, its application is left alone. */
async function holdOrFreeze(
  holds: RecordFiles,
  key: InventoryKey,
  clock: Clock,
): Promise<Hold | null> {
  try {
    return (await holds.load(key)) as Hold | null;
  } catch {
    return {
      key,
      kind: 'freeze',
      revision: null,
      reason: `its hold (${holds.path(key)}) cannot be read`,
      by: 'fairlead',
      atMs: clock.nowMs(),
      expiresAtMs: null,
    };
  }
}

/** The checksum says that it is what was written; this says that it was an inventory. */
function asInventory(value: JsonObject, path: string): Inventory {
  const { epoch, entries, applicationUid } = value;
  if (Number.isSafeInteger(epoch) && Array.isArray(entries) && typeof applicationUid === 'string') {
    return value as unknown as Inventory;
  }
  throw inventoryUnreadable({ message: `${path} is damaged: a field is missing`, resource: path });
}
