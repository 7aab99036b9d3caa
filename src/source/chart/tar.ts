/** One regular file of an archive. */
interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An archive is not one, or holds what must not be unpacked; what, as half a sentence. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive';
}

const block = 512;
/** Most members of an archive. */
const maxFiles = 10_000;

/**
 * The regular files of a tar archive, in memory; nothing is written anywhere. Knows ustar, GNU's long names and pax headers.
 * Links, devices and the like are refused rather than left out: a chart that needs them would be another without.
 * Format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 *
 * @throws BadArchive
 */
export function readTar(bytes: Uint8Array): readonly TarFile[] {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const files: TarFile[] = [];
  let longName: string | null = null;
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    checkSum(header);
    const size = number(header.subarray(124, 136));
    const type = String.fromCodePoint(header[156] ?? 0);
    const start = at + block;
    if (start + size > archive.length) throw new BadArchive('it ends in the middle of a file');
    const content = archive.subarray(start, start + size);
    at = start + Math.ceil(size / block) * block;
    switch (type) {
      case 'x':
        longName = paxPath(content) ?? longName;
        continue;
      case 'g':
        continue;
      case 'L':
        longName = text(content);
        continue;
      case '5':
        longName = null;
        continue;
      case '0':
      case '\0':
      case '7': {
        if (files.length >= maxFiles) throw new BadArchive(`it holds more than ${maxFiles} files`);
        files.push({ name: longName ?? nameOf(header), bytes: content });
        longName = null;
        continue;
      }
      default:
        throw new BadArchive(`${longName ?? nameOf(header)} is no regular file (type ${type})`);
    }
  }
  if (files.length === 0) throw new BadArchive('it holds no files');
  return files;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('utf8');
}

function nameOf(header: Buffer): string {
  const name = text(header.subarray(0, 100));
  const isUstar = header.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar ? text(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function number(field: Uint8Array): number {
  const value = text(field).trim();
  if (!/^[0-7]*$/.test(value)) throw new BadArchive('a size is not written as it should be');
  return Number.parseInt(value === '' ? '0' : value, 8);
}

/** The sum of the header with the sum's own place taken for blanks. */
function checkSum(header: Buffer): void {
  const said = number(header.subarray(148, 156));
  let sum = 0;
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 32 : (header[at] ?? 0);
  if (sum !== said) throw new BadArchive('it is no tar archive, or damaged');
}

function paxPath(content: Buffer): string | null {
  let path: string | null = null;
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(32, at);
    const length = Number(content.toString('latin1', at, blank));
    if (blank < 0 || !Number.isInteger(length) || length <= blank - at) {
      throw new BadArchive('a header is not written as it should be');
    }
    const record = content.toString('utf8', blank + 1, at + length - 1);
    if (record.startsWith('path=')) path = record.slice('path='.length);
    at += length;
  }
  return path;
}
