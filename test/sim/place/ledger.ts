import { inventoryKey } from '../../../src/model/inventory.ts';
import type { Hold, Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import { inventoryConflict } from '../../../src/targets/errors.ts';
import type { Ledger } from '../../../src/targets/target.ts';
import type { Machine } from '../run/machine.ts';
import type { TargetFaults } from '../world/faults.ts';
import { parseOnce } from '../world/once.ts';
import { placeDown, placeFull, answerLost } from './errors.ts';
import type { HostPlace } from './host-place.ts';
import type { Place } from './place.ts';
import type { Witness } from './witness.ts';

/** Inventories and holds at a place, one compare-and-swap at a time. */
export function createLedger(machine: Machine, place: HostPlace, witness: Witness): Ledger {
  const faults = (): TargetFaults => machine.faults.targets.get(place.name)!;

  const arrive = async (what: string): Promise<void> => {
    await machine.io(`${place.name} ${what}`, { latencyMs: faults().slowMs / 4 });
    if (machine.hits(faults().down)) throw placeDown({ message: `${place.name} does not answer` });
  };

  const write = async (what: string, body: () => void): Promise<void> => {
    await arrive(what);
    if (faults().full) throw placeFull({ message: `no room at ${place.name}` });
    if (machine.hits(faults().ledgerFails))
      throw placeDown({ message: `${place.name} did not take the record` });
    await machine.mayCrash('before-ledger');
    body();
    await machine.mayCrash('after-ledger');
    if (machine.hits(faults().ledgerAnswerLost))
      throw answerLost({ message: `${place.name} was cut off while it answered` });
    await machine.io(`${place.name} ${what} answered`);
  };

  /** @throws FairleadError `target.inventory-conflict` */
  const expect = (key: InventoryKey, epoch: number | null): void => {
    const text = place.inventories.get(inventoryKey(key));
    const stored = text === undefined ? null : parseOnce<Inventory>(text).epoch;
    if (stored === epoch) return;
    throw inventoryConflict({
      message: `the inventory of ${inventoryKey(key)} is at epoch ${stored ?? 'none'}, not ${epoch ?? 'none'}`,
      resource: inventoryKey(key),
    });
  };

  return {
    load: async (key) => {
      await arrive(`ledger load ${inventoryKey(key)}`);
      const text = place.inventories.get(inventoryKey(key));
      return text === undefined ? null : parseOnce<Inventory>(text);
    },
    save: async (key, inventory, expectedEpoch) =>
      write(`ledger save ${inventoryKey(key)} ${inventory.epoch}`, () => {
        expect(key, expectedEpoch);
        const text = JSON.stringify(inventory);
        witness.onInventory(place, key, inventory);
        place.inventories.set(inventoryKey(key), text);
      }),
    remove: async (key, expectedEpoch) =>
      write(`ledger remove ${inventoryKey(key)}`, () => {
        expect(key, expectedEpoch);
        witness.onInventory(place, key, null);
        place.inventories.delete(inventoryKey(key));
      }),
    list: async () => {
      await arrive('ledger list');
      return [...place.inventories.keys()].map(parseKey);
    },
    loadHold: async (key) => {
      await arrive(`hold load ${inventoryKey(key)}`);
      return holdOf(place, key);
    },
    saveHold: async (key, hold) =>
      write(`hold save ${inventoryKey(key)}`, () => {
        witness.onHold(key, hold?.revision?.[0]?.commit ?? null);
        place.setHold(key, hold, machine);
      }),
    listHolds: async () => {
      await arrive('hold list');
      return [...place.holds.values()].map((text) => parseOnce<Hold>(text));
    },
  };
}

function parseKey(name: string): InventoryKey {
  const [application = '', environment = ''] = name.split('@');
  return { application, environment };
}

export function inventoryOf(place: Place, key: string): Inventory | null {
  const text = place.inventories.get(key);
  return text === undefined ? null : parseOnce<Inventory>(text);
}

export function holdOf(place: Place, key: InventoryKey): Hold | null {
  const text = place.holds.get(inventoryKey(key));
  return text === undefined ? null : parseOnce<Hold>(text);
}
