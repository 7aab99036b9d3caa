/** The little of DER (ITU-T X.690) that certificates are written in. */

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  return Buffer.concat([Uint8Array.of(tag), lengthOf(body.length), body]);
}

/** `SEQUENCE`: its items in this order. */
export const sequence = (...items: readonly Uint8Array[]): Uint8Array => element(0x30, ...items);
/** `SET`. DER sorts its items; here a name has one item in each, so the order given is kept. */
export const set = (...items: readonly Uint8Array[]): Uint8Array => element(0x31, ...items);
/** `UTF8String`. */
export const utf8 = (text: string): Uint8Array => element(0x0c, Buffer.from(text, 'utf8'));
/** `OCTET STRING`. */
export const octets = (bytes: Uint8Array): Uint8Array => element(0x04, bytes);
/** `BOOLEAN` true; DER writes false by leaving out what has false as its default. */
export const truth = (): Uint8Array => element(0x01, Uint8Array.of(0xff));
/** A bit string whose last octet has `unused` bits to spare. */
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array =>
  element(0x03, Uint8Array.of(unused), bytes);

/** A whole number that is not negative, big-endian. */
export function integer(bytes: Uint8Array): Uint8Array {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const least = bytes.subarray(from);
  return element(0x02, ...((least[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), least);
}

/** An object identifier, as `2.5.4.3`. */
export function identifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(septets)]));
}

/** RFC 5280 has UTCTime until 2049. */
export function utcTime(atMs: number): Uint8Array {
  const digits = new Date(atMs).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return element(0x17, Buffer.from(`${digits}Z`, 'latin1'));
}

/** Base 128, high part first, every byte but the last one marked. */
function septets(value: number): readonly number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Uint8Array.from([0x80 | bytes.length, ...bytes]);
}
