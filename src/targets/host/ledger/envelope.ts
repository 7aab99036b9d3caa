import type { Hasher } from '../../../model/digest.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import { FairleadError } from '../../../model/error.ts';
import { inventoryNewer, inventoryUnreadable } from '../../errors.ts';

/**
 * Two lines of JSON: a head that any version can read (what it is, format, checksum of the second line), then the
 * value. A flipped byte, a cut-off or a hand edit is noticed; `jq` reads both lines. See `decodeLast` for files with four.
 */
export function encodeEnvelope(
  hash: Hasher,
  kind: string,
  formatVersion: number,
  value: unknown,
): string {
  const body = JSON.stringify(value);
  const head = JSON.stringify({ kind, formatVersion, checksum: `sha256:${hash(body)}` });
  return `${head}\n${body}\n`;
}

/**
 * @throws FairleadError `target.inventory-newer` for a format of the future, `target.inventory-unreadable` for
 *   anything that is not whole.
 */
export function decodeEnvelope(
  hash: Hasher,
  kind: string,
  formatVersion: number,
  file: string,
  text: string,
): JsonObject {
  const damaged = (what: string) =>
    inventoryUnreadable({ message: `${file} is damaged: ${what}`, resource: file });
  const end = text.indexOf('\n');
  const head = parse(end < 0 ? text : text.slice(0, end));
  if (!isJsonObject(head)) throw damaged('its first line is not what Fairlead writes');
  const version = head['formatVersion'];
  if (typeof version !== 'number') throw damaged('it has no format version');
  if (version > formatVersion) {
    throw inventoryNewer({
      message: `${file} has format ${version}; this Fairlead knows up to ${formatVersion}`,
      resource: file,
    });
  }
  if (head['kind'] !== kind) throw damaged(`it is no ${kind}`);
  if (!text.endsWith('\n')) throw damaged('its end is missing');
  const body = text.slice(end + 1, -1);
  if (head['checksum'] !== `sha256:${hash(body)}`) throw damaged('its checksum does not match');
  const value = parse(body);
  if (!isJsonObject(value)) throw damaged('it holds no object');
  return value;
}

/**
 * What a file says last: its one value, or a later form of the same that was appended. One that is not whole (the
 * machine stopped while it was appended) does not count; the value before it must be one that is safe to go back to.
 *
 * @throws FairleadError as `decodeEnvelope`
 */
export function decodeLast(
  hash: Hasher,
  kind: string,
  formatVersion: number,
  file: string,
  text: string,
): { readonly value: JsonObject; readonly hasMore: boolean } {
  const end = text.indexOf('\n', text.indexOf('\n') + 1) + 1;
  const hasMore = end > 0 && end < text.length;
  const first = hasMore ? text.slice(0, end) : text;
  const value = decodeEnvelope(hash, kind, formatVersion, file, first);
  if (!hasMore) return { value, hasMore };
  try {
    return {
      value: decodeEnvelope(hash, kind, formatVersion, file, text.slice(end)),
      hasMore,
    };
  } catch (thrown) {
    const isTorn =
      thrown instanceof FairleadError && thrown.code === inventoryUnreadable.definition.code;
    if (isTorn) return { value, hasMore };
    throw thrown;
  }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
