import { gunzipSync } from 'node:zlib';
import type { Hold, Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { sha256 } from '../../../src/system/hasher.ts';
import { recordName, recordObject } from '../../../src/targets/kubernetes/ledger/objects.ts';
import { encodeHead, packRecord } from '../../../src/targets/kubernetes/ledger/record.ts';
import { once, parseOnce } from '../world/once.ts';
import { textAt } from './value.ts';

/** Inventories and holds as they lie at a cluster, read without any code of the engine. */

export const recordNamespace = 'fairlead-system';

export type Record =
  | { readonly kind: 'inventory'; readonly name: string; readonly inventory: Inventory }
  | { readonly kind: 'hold'; readonly name: string; readonly hold: Hold };

/** Judges look at each record many times. */
const unpacked = once((packed): unknown =>
  parseOnce(gunzipSync(Buffer.from(packed, 'base64')).toString()),
);

/** @param find an object of the namespace by its name; `null` for none. @returns `null`: it is no record, or damaged */
export function readRecord(
  object: JsonObject,
  find: (name: string) => JsonObject | null,
): Record | null {
  if (!isHead(object)) return null;
  try {
    const head = JSON.parse(coded(object, 'head').toString()) as {
      readonly kind: string;
      readonly application: string;
      readonly environment: string;
      readonly parts: readonly RecordPart[];
    };
    const name = `${head.application}@${head.environment}`;
    const pieces = head.parts.map((part) => {
      const found = find(part.name);
      return found !== null && textAt(found, 'metadata', 'uid') === part.uid
        ? coded(found, 'body')
        : null;
    });
    if (pieces.some((piece) => piece === null)) return null;
    const packed = pieces.length === 0 ? coded(object, 'body') : Buffer.concat(pieces as Buffer[]);
    const body = unpacked(packed.toString('base64'));
    return head.kind === 'inventory'
      ? { kind: 'inventory', name, inventory: body as Inventory }
      : { kind: 'hold', name, hold: body as Hold };
  } catch {
    return null;
  }
}

interface RecordPart {
  readonly name: string;
  readonly uid: string;
}

/** Whether it is a record, readable or not, and no part of one. */
export function isHead(object: JsonObject): boolean {
  return textAt(object, 'type') === 'fairlead.dev/record';
}

/** UIDs of the parts that a record names; of one that cannot be read none. */
export function partsOf(object: JsonObject): readonly string[] {
  try {
    const head = JSON.parse(coded(object, 'head').toString()) as { parts: readonly RecordPart[] };
    return head.parts.map(({ uid }) => uid);
  } catch {
    return [];
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
