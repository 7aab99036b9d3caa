import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Inventory } from '../../src/model/inventory.ts';

/** The inventories in the state folder of a host target, as they stand there: of several forms in a file, the last. */
export function inventoriesOf(hostDir: string): Inventory[] {
  const folder = join(hostDir, 'inventories');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
      return JSON.parse(lines.at(-1) ?? '') as Inventory;
    });
}
