import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { canonicalJson, isJsonObject } from '../../../model/json.ts';
import { deflateSettings } from '../../../system/small-deflate.ts';
import { inventoryNewer, inventoryUnreadable } from '../../errors.ts';

/** What is recorded at a cluster: what an application owns there, or the order to leave it alone. */
export type RecordKind = 'inventory' | 'hold';

/**
 * What one object holds of a body, packed, in bytes: a Secret takes 1 MiB. What does not fit is cut up, and lies beside.
 */
const usualPartBytes = 768 * 1024;

/** Largest body, unpacked, in bytes. */
const maxBodyBytes = 256 * 1024 * 1024;

/** A part of a body that lies in an object of its own. */
const part = z.object({ name: z.string(), uid: z.string(), checksum: z.string() });

/** Every version can read this much. */
const anyHead = z.object({ kind: z.string(), formatVersion: z.number() });

const head = anyHead.extend({
  application: z.string(),
  environment: z.string(),
  /** `null` for holds. */
  epoch: z.number().int().nullable(),
  /** Of the body as it was before it was packed. */
  bytes: z.number().int(),
  /** Empty: the body lies beside the head. */
  parts: z.array(part),
  checksum: z.string(),
});

/** What a record says of itself, and where its body lies. */
export type RecordHead = z.output<typeof head>;
/** Where a piece of a body lies. The UID tells a part from another that got its name later. */
export type RecordPart = z.output<typeof part>;

/** A record ready to be written: its body packed, and cut up where it is too large for one object. */
export interface PackedRecord {
  readonly key: InventoryKey;
  readonly kind: RecordKind;
  readonly formatVersion: number;
  readonly epoch: number | null;
  readonly bytes: number;
  /** One piece: it lies beside the head. */
  readonly pieces: readonly Buffer[];
  readonly bodyChecksum: string;
}

/** Packs a value to be written. */
export function packRecord(
  hash: Hasher,
  record: Pick<PackedRecord, 'key' | 'kind' | 'formatVersion' | 'epoch'>,
  value: object,
  partBytes = usualPartBytes,
): PackedRecord {
  const body = Buffer.from(JSON.stringify(value));
  const packed = gzipSync(body, deflateSettings(body.length));
  const pieces: Buffer[] = [];
  for (let at = 0; at < packed.length; at += partBytes)
    pieces.push(packed.subarray(at, at + partBytes));
  return { ...record, bytes: body.length, pieces, bodyChecksum: hash(body) };
}

/** The text of the head. `parts` are where the pieces were put; none where there is one piece alone. */
export function encodeHead(
  hash: Hasher,
  packed: PackedRecord,
  parts: readonly RecordPart[],
): string {
  const { kind, formatVersion, key, epoch, bytes, bodyChecksum } = packed;
  const { application, environment } = key;
  const facts = { kind, formatVersion, application, environment, epoch, bytes, parts };
  return JSON.stringify({ ...facts, checksum: checksumOf(hash, facts, bodyChecksum) });
}

/** Covers the head and, by its own checksum, the body: a part of one record does not fit to another. */
function checksumOf(hash: Hasher, facts: object, bodyChecksum: string): string {
  return `sha256:${hash(`${canonicalJson(facts)}\n${bodyChecksum}`)}`;
}

/**
 * @param place of the object, for messages
 * @throws FairleadError `target.inventory-newer` for a format of the future, `target.inventory-unreadable` for damage
 */
export function decodeHead(
  wanted: { readonly kind: RecordKind; readonly formatVersion: number; readonly place: string },
  text: string,
): RecordHead {
  const { place } = wanted;
  const value = parse(text);
  const any = anyHead.safeParse(value);
  if (!any.success) throw damaged(place, 'its head is not what Fairlead writes');
  if (any.data.formatVersion > wanted.formatVersion)
    throw inventoryNewer({
      message: `${place} has format ${any.data.formatVersion}; this Fairlead knows up to ${wanted.formatVersion}`,
      resource: place,
    });
  const parsed = head.safeParse(value);
  if (!parsed.success) throw damaged(place, 'its head is not whole');
  if (parsed.data.kind !== wanted.kind) throw damaged(place, `it is no ${wanted.kind}`);
  return parsed.data;
}

/** The value whose head and pieces these are. @throws FairleadError `target.inventory-unreadable` */
export function unpackRecord(
  hash: Hasher,
  { checksum, ...facts }: RecordHead,
  pieces: readonly Buffer[],
  place: string,
): JsonObject {
  const body = unpack(pieces, facts.bytes, place);
  if (checksumOf(hash, facts, hash(body)) !== checksum)
    throw damaged(place, 'its checksum does not match');
  const value = parse(body.toString('utf8'));
  if (!isJsonObject(value)) throw damaged(place, 'it holds no object');
  return value;
}

function unpack(pieces: readonly Buffer[], bytes: number, place: string): Buffer {
  if (bytes > maxBodyBytes) throw damaged(place, 'it says to be larger than any inventory');
  try {
    return gunzipSync(Buffer.concat(pieces), { maxOutputLength: Math.max(bytes, 1) });
  } catch {
    throw damaged(place, 'its body cannot be unpacked');
  }
}

/**
 * The error for a record that cannot be believed.
 * @param what is wrong with it, as the rest of a sentence.
 */
export function damaged(place: string, what: string) {
  return inventoryUnreadable({
    message: `${place} is damaged: ${what}`,
    resource: place,
    hint: 'Restore the Secret from a backup of the cluster, or delete it to let Fairlead adopt what is there; nothing is deleted meanwhile.',
  });
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
