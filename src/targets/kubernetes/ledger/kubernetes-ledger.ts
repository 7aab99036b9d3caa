import type { Hasher } from '../../../model/digest.ts';
import { inventoryFormatVersion, inventoryKey } from '../../../model/inventory.ts';
import type { Hold, Inventory, InventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Clock } from '../../../system/clock.ts';
import type { Random } from '../../../system/random.ts';
import { inventoryConflict } from '../../errors.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { KubeObject } from '../client/object.ts';
import type { KubernetesLedger } from './ledger.ts';
import { createNamespace } from './namespace.ts';
import { annotatedKey, kindOf } from './objects.ts';
import { Ownership } from './ownership.ts';
import { PartStore } from './part-store.ts';
import { PartSweeper } from './part-sweeper.ts';
import { damaged } from './record.ts';
import { RecordCache } from './record-cache.ts';
import { RecordStore } from './record-store.ts';
import type { Precondition } from './record-store.ts';

/** Newest shape of a hold. */
const holdFormatVersion = 1;

interface KubernetesLedgerOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly hash: Hasher;
  /** Namespace of the records; made when the first is written. */
  readonly namespace: string;
  readonly warn: (message: string) => void;
  /** What one object holds of a record, in bytes. Default: as much as one takes. */
  readonly partBytes?: number | undefined;
}

/** Inventories and holds as Secrets of one namespace, each write a compare-and-swap. See `RecordCache` for what is asked when. */
export function openKubernetesLedger(options: KubernetesLedgerOptions): KubernetesLedger {
  const { client, clock, random, hash, warn, partBytes } = options;
  const namespace = createNamespace(client, options.namespace);
  const parts = new PartStore({ client, namespace, hash, random });
  const listeners = new Set<(what: 'hold' | 'inventory', key: InventoryKey) => void>();
  const ownership = new Ownership();
  /** Records that `ownership` does not have as they are. */
  const unread = new Set<string>();

  const onForeign = (name: string, object: KubeObject | null, before: KubeObject | null): void => {
    const kind = kindOf(name);
    if (kind === null) return;
    if (kind === 'inventory') unread.add(name);
    const store = kind === 'inventory' ? inventories : holds;
    const key = keyOf(store, object ?? before);
    if (key === null) return;
    if (object === null && kind === 'inventory')
      warn(
        `the inventory of ${inventoryKey(key)} in ${namespace.name} was removed by somebody else: what it named is adopted, not deleted`,
      );
    for (const listener of listeners) listener(kind, key);
  };
  const cache = new RecordCache({
    client,
    clock,
    random,
    namespace: namespace.name,
    onForeign,
    warn,
  });
  const shared = { client, cache, parts, namespace, hash, random, partBytes };
  const inventories = new RecordStore({
    ...shared,
    kind: 'inventory',
    formatVersion: inventoryFormatVersion,
    mayReplaceDamaged: false,
  });
  const holds = new RecordStore({
    ...shared,
    kind: 'hold',
    formatVersion: holdFormatVersion,
    mayReplaceDamaged: true,
  });
  const sweeper = new PartSweeper({
    client,
    clock,
    namespace: namespace.name,
    ask: (name) => cache.ask(name),
    headOf: (object) =>
      (kindOf(object.metadata.name) === 'hold' ? holds : inventories).headOf(object),
  });
  let isOwnershipRead = false;
  let reading: Promise<void> | null = null;

  const expects =
    (key: InventoryKey, expected: number | null): Precondition =>
    (stored) => {
      const epoch = stored?.epoch ?? null;
      if (epoch === expected) return;
      throw inventoryConflict({
        message: `the inventory of ${inventoryKey(key)} is at epoch ${epoch ?? 'none'}, not ${expected ?? 'none'}`,
        resource: inventoryKey(key),
      });
    };
  const load: KubernetesLedger['load'] = async (key, how) => {
    const value = await inventories.load(key, how);
    return value === null ? null : asInventory(value, inventories.nameOf(key));
  };
  const recordsOf = async (kind: 'inventory' | 'hold'): Promise<readonly KubeObject[]> =>
    (await cache.all()).filter(({ metadata }) => kindOf(metadata.name) === kind);

  const readOwnership = async (): Promise<void> => {
    if (!isOwnershipRead) {
      for (const { metadata } of await recordsOf('inventory')) unread.add(metadata.name);
      isOwnershipRead = true;
    }
    for (const name of unread) {
      unread.delete(name);
      const object = cache.peek(name) ?? (await cache.ask(name));
      // An inventory that cannot be read blocks its own application, which says so; it holds nobody else up.
      const value = object === null ? null : await inventories.read(object).catch(() => null);
      if (value === null) ownership.drop(name);
      else ownership.put(name, value as unknown as Inventory);
    }
  };

  return {
    place: namespace.name,
    load,
    save: async (key, inventory, expectedEpoch) => {
      await inventories.save(key, inventory.epoch, inventory, expects(key, expectedEpoch));
      const name = inventories.nameOf(key);
      unread.delete(name);
      if (isOwnershipRead) ownership.put(name, inventory);
    },
    remove: async (key, expectedEpoch) => {
      await inventories.remove(key, expects(key, expectedEpoch));
      ownership.drop(inventories.nameOf(key));
    },
    list: async () => {
      // All records are looked at seldom, and by who acts on them; what is left over costs nobody anything meanwhile.
      await sweeper.sweep().catch((thrown: unknown) => {
        warn(`parts of records in ${namespace.name} could not be swept up: ${String(thrown)}`);
      });
      return (await recordsOf('inventory')).flatMap((object) => keyOf(inventories, object) ?? []);
    },
    loadHold: async (key) => (await holds.load(key)) as Hold | null,
    saveHold: (key, hold) =>
      hold === null ? holds.remove(key, () => {}) : holds.save(key, null, hold, () => {}),
    listHolds: async () => {
      const objects = await recordsOf('hold');
      const found = await Promise.all(objects.map((object) => holdOrFreeze(holds, object, clock)));
      return found.filter((hold) => hold !== null);
    },
    owner: async (resource) => {
      while (!isOwnershipRead || unread.size > 0 || reading !== null) {
        // Who asks while it is read waits for the same.
        reading ??= readOwnership().finally(() => {
          reading = null;
        });
        await reading;
      }
      return ownership.owner(resource);
    },
    onForeignWrite: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      listeners.clear();
      await cache.close();
    },
  };
}

/** Whose record it is: as its head has it, or, where that cannot be read, its annotations. */
function keyOf(store: RecordStore, object: KubeObject | null): InventoryKey | null {
  if (object === null) return null;
  try {
    const { application, environment } = store.headOf(object);
    return { application, environment };
  } catch {
    const key = annotatedKey(object);
    return key !== null && store.nameOf(key) === object.metadata.name ? key : null;
  }
}

/** A hold that cannot be read still holds: until a person looks, its application is left alone. */
async function holdOrFreeze(
  holds: RecordStore,
  object: KubeObject,
  clock: Clock,
): Promise<Hold | null> {
  try {
    return (await holds.read(object)) as unknown as Hold;
  } catch {
    const key = keyOf(holds, object);
    return key === null
      ? null
      : {
          key,
          kind: 'freeze',
          revision: null,
          reason: `its hold (Secret ${object.metadata.name}) cannot be read`,
          by: 'fairlead',
          atMs: clock.nowMs(),
          expiresAtMs: null,
        };
  }
}

/** The checksum says that it is what was written; this says that it was an inventory. */
function asInventory(value: JsonObject, name: string): Inventory {
  const { epoch, entries, applicationUid } = value;
  if (Number.isSafeInteger(epoch) && Array.isArray(entries) && typeof applicationUid === 'string')
    return value as unknown as Inventory;
  throw damaged(name, 'a field is missing');
}
