import { gunzipSync } from 'node:zlib';
import type { Hold, Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { sha256 } from '../../../src/system/hasher.ts';
import { recordName, recordObject } from '../../../src/targets/kubernetes/ledger/objects.ts';
import { encodeHead, packRecord } from '../../../src/targets/kubernetes/ledger/record.ts';
import { textAt } from './value.ts';

/** Inventories and holds as they lie at a cluster, read without any code of the engine. */

export const recordNamespace = 'fairlead-system';

export type Record =
  | { readonly kind: 'inventory'; readonly name: string; readonly inventory: Inventory }
  | { readonly kind: 'hold'; readonly name: string; readonly hold: Hold };

/** `null`: it is no record, or damaged. */
export function readRecord(object: JsonObject): Record | null {
  if (textAt(object, 'type') !== 'fairlead.dev/record') return null;
  try {
    const head = JSON.parse(coded(object, 'head').toString()) as {
      readonly kind: string;
      readonly application: string;
      readonly environment: string;
    };
    const name = `${head.application}@${head.environment}`;
    const body: unknown = JSON.parse(gunzipSync(coded(object, 'body')).toString());
    return head.kind === 'inventory'
      ? { kind: 'inventory', name, inventory: body as Inventory }
      : { kind: 'hold', name, hold: body as Hold };
  } catch {
    return null;
  }
}

function coded(object: JsonObject, name: string): Buffer {
  return Buffer.from(textAt(object, 'data', name), 'base64');
}

/** A hold as another Fairlead writes it from elsewhere. */
export function holdRecord(key: InventoryKey, hold: Hold): JsonObject {
  const packed = packRecord(sha256, { key, kind: 'hold', formatVersion: 1, epoch: null }, hold);
  return recordObject({
    name: holdName(key),
    namespace: recordNamespace,
    key,
    kind: 'hold',
    head: encodeHead(sha256, packed, []),
    body: packed.pieces[0] ?? Buffer.alloc(0),
  });
}

export function holdName(key: InventoryKey): string {
  return recordName(sha256, 'hold', key);
}
