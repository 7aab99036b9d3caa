/** Size of a page of WebAssembly memory. */
const pageBytes = 65_536;
const headerBytes = 8;
const memorySection = 5;

/**
 * Writes a maximum into the memory section of a module, which every instance then has. Format:
 * https://webassembly.github.io/spec/core/binary/modules.html#memory-section
 */
export function withMemoryMaximum(module: Uint8Array, maxBytes: number): Uint8Array {
  for (let at = headerBytes; at < module.length;) {
    const section = module[at];
    const size = readUnsigned(module, at + 1);
    const end = size.end + size.value;
    if (section === memorySection) {
      const count = readUnsigned(module, size.end);
      const flags = readUnsigned(module, count.end);
      const minimum = readUnsigned(module, flags.end);
      if (count.value !== 1 || flags.value > 1) throw new Error('not one memory of 32 bits');
      const content = [1, 1, ...unsigned(minimum.value), ...unsigned(maxBytes / pageBytes)];
      return Buffer.concat([
        module.subarray(0, at),
        Uint8Array.from([memorySection, ...unsigned(content.length), ...content]),
        module.subarray(end),
      ]);
    }
    at = end;
  }
  throw new Error('the module has no memory section');
}

/** A number in the LEB128 form, and where it ends. */
function readUnsigned(
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

function unsigned(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}
