import {
  readUnsigned,
  replaceSection,
  sectionIds,
  signed,
  unsigned,
} from '../../src/render/sandbox/wasm-binary.ts';

/** Size of a page of WebAssembly memory. */
const pageBytes = 65_536;
/** A stretch of zeros shorter than this costs less inside a segment than a new segment. */
const gapBytes = 1_024;

const types = { i32: 0x7f, i64: 0x7e } as const;
const constants = { [types.i32]: 0x41, [types.i64]: 0x42 } as const;
const end = 0x0b;
const globalExport = 0x03;

/** What the module holds at one moment. */
export interface ModuleState {
  /** Values of the mutable globals, in their order. */
  readonly globals: readonly (number | bigint)[];
  /** From address zero; what follows is zero. */
  readonly memory: Uint8Array;
}

/** The most memory that every instance can have. */
export function withMemoryMaximum(module: Uint8Array, maxBytes: number): Uint8Array {
  return withMemoryPages(module, ({ minimum }) => ({ minimum, maximum: maxBytes / pageBytes }));
}

interface Pages {
  readonly minimum: number;
  readonly maximum: number;
}

function withMemoryPages(module: Uint8Array, change: (pages: Pages) => Pages): Uint8Array {
  return replaceSection(module, sectionIds.memory, (content) => {
    const count = readUnsigned(content, 0);
    const flags = readUnsigned(content, count.end);
    if (count.value !== 1 || flags.value > 1) throw new Error('not one memory of 32 bits');
    const minimum = readUnsigned(content, flags.end);
    const maximum = flags.value === 1 ? readUnsigned(content, minimum.end).value : Infinity;
    const pages = change({ minimum: minimum.value, maximum });
    return Uint8Array.of(1, 1, ...unsigned(pages.minimum), ...unsigned(pages.maximum));
  });
}

/**
 * Exports each mutable global as `global.0`, `global.1` …: together with the memory they are all that an instance
 * holds, so that it can be put back to an earlier state.
 */
export function withGlobalsExported(module: Uint8Array): Uint8Array {
  let mutable: readonly number[] = [];
  replaceSection(module, sectionIds.global, (content) => {
    mutable = readGlobals(content).flatMap(({ isMutable }, index) => (isMutable ? [index] : []));
    return content;
  });
  return replaceSection(module, sectionIds.export, (content) => {
    const count = readUnsigned(content, 0);
    const added = mutable.flatMap((index, order) => {
      const name = Buffer.from(`global.${order}`);
      return [...unsigned(name.length), ...name, globalExport, ...unsigned(index)];
    });
    return Buffer.concat([
      Uint8Array.from(unsigned(count.value + mutable.length)),
      content.subarray(count.end),
      Uint8Array.from(added),
    ]);
  });
}

/** The module with a state that it starts in, instead of the one that it was compiled with. */
export function withState(module: Uint8Array, state: ModuleState): Uint8Array {
  const minimum = Math.ceil(state.memory.length / pageBytes);
  const sized = withMemoryPages(module, ({ maximum }) => ({ minimum, maximum }));
  const withGlobals = replaceSection(sized, sectionIds.global, (content) => {
    const values = state.globals.values();
    const globals = readGlobals(content).map((one): readonly number[] => {
      if (!one.isMutable) return [...one.bytes];
      const value = BigInt(values.next().value ?? 0);
      const constant = constants[one.type as keyof typeof constants];
      if (constant === undefined) throw new Error(`a mutable global of type ${one.type}`);
      return [one.type, 1, constant, ...signed(value), end];
    });
    return Uint8Array.from([...unsigned(globals.length), ...globals.flat()]);
  });
  const segments = [...stretches(state.memory)];
  return replaceSection(withGlobals, sectionIds.data, () =>
    Buffer.concat([
      Uint8Array.from(unsigned(segments.length)),
      ...segments.flatMap(({ at, bytes }) => [
        Uint8Array.of(0, constants[types.i32], ...signed(BigInt(at)), end),
        Uint8Array.from(unsigned(bytes.length)),
        bytes,
      ]),
    ]),
  );
}

interface Global {
  readonly type: number;
  readonly isMutable: boolean;
  readonly bytes: Uint8Array;
}

/** Globals whose first value is a constant, which is all that compilers make. */
function readGlobals(content: Uint8Array): readonly Global[] {
  const count = readUnsigned(content, 0);
  const globals: Global[] = [];
  let at = count.end;
  for (let index = 0; index < count.value; index++) {
    const start = at;
    // Type, mutability, the instruction, its number, and the end.
    const number = readUnsigned(content, at + 3);
    if (content[number.end] !== end) throw new Error('a global that is no constant');
    at = number.end + 1;
    const type = content[start] ?? 0;
    globals.push({ type, isMutable: content[start + 1] === 1, bytes: content.subarray(start, at) });
  }
  return globals;
}

/** The parts of a memory that are not zero. */
function* stretches(
  memory: Uint8Array,
): Generator<{ readonly at: number; readonly bytes: Uint8Array }> {
  let start = -1;
  let zeros = 0;
  for (let at = 0; at <= memory.length; at++) {
    if (at < memory.length && memory[at] !== 0) {
      if (start < 0) start = at;
      zeros = 0;
    } else if (start >= 0) {
      zeros += 1;
      if (zeros >= gapBytes || at === memory.length) {
        yield { at: start, bytes: memory.subarray(start, at - zeros + 1) };
        start = -1;
        zeros = 0;
      }
    }
  }
}
