/**
 * Reads and writes the parts of a WebAssembly module that the build changes. Format:
 * https://webassembly.github.io/spec/core/binary/modules.html
 */

/** Numbers of the sections. */
export const sectionIds = { memory: 5, global: 6, export: 7, data: 11, dataCount: 12 } as const;

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

/** Of the module: what it is, and its version. */
export const headerBytes = 8;

/** The sections in order, as views of `module`, not copies. @throws Error for a module that ends early */
export function readSections(module: Uint8Array): readonly Section[] {
  const sections: Section[] = [];
  for (let at = headerBytes; at < module.length;) {
    const size = readUnsigned(module, at + 1);
    const end = size.end + size.value;
    sections.push({ id: module[at] ?? 0, content: module.subarray(size.end, end) });
    at = end;
  }
  return sections;
}

/** @param header The first bytes of the module that the sections are from. */
export function writeSections(
  header: Uint8Array,
  sections: readonly Section[],
): Uint8Array<ArrayBuffer> {
  const parts = sections.flatMap(({ id, content }) => [
    Uint8Array.of(id, ...unsigned(content.length)),
    content,
  ]);
  const all = [header.subarray(0, headerBytes), ...parts];
  // In a buffer of its own, so that who has no more use for 20 MB can give them back at once.
  const module = new Uint8Array(all.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of all) {
    module.set(part, at);
    at += part.length;
  }
  return module;
}

/** Puts another content into one section. @throws Error when the module does not have it. */
export function replaceSection(
  module: Uint8Array,
  id: number,
  change: (content: Uint8Array) => Uint8Array,
): Uint8Array {
  const sections = readSections(module);
  if (sections.every((section) => section.id !== id)) throw new Error(`no section ${id}`);
  return writeSections(
    module,
    sections.map((section) =>
      section.id === id ? { id, content: change(section.content) } : section,
    ),
  );
}

/** A number in the LEB128 form, and where it ends. */
export function readUnsigned(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, scale = 1; ; at++, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('the module ends within a number');
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at + 1 };
  }
}

/** A whole number that is not negative, in the LEB128 form. */
export function unsigned(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

/** A number with a sign, of 32 or 64 bits. */
export function signed(value: bigint): readonly number[] {
  const low = Number(value & 127n);
  const rest = value >> 7n;
  const isLast = (rest === 0n && low < 64) || (rest === -1n && low >= 64);
  return isLast ? [low] : [low + 128, ...signed(rest)];
}
