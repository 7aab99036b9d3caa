import { createHmac } from 'node:crypto';

/** The module did what the sandbox does not allow, or ended itself. */
export class SandboxTrap extends Error {
  override readonly name = 'SandboxTrap';
}

/** What the module sees of the world; changed before each render. */
export interface SandboxWorld {
  /** Wall clock; stands still during a render. */
  clockMs: number;
  /** 32 bytes that all randomness follows from. */
  entropy: Uint8Array;
}

/** The system calls of one instance. */
interface SandboxSystem {
  readonly imports: Readonly<Record<string, (...args: never[]) => unknown>>;
  /** Begins a render: its clock, and randomness from the start. */
  begin(world: SandboxWorld): void;
  /** What the module printed since `begin`, bounded: why it ended, for errors. */
  said(): string;
}

/** Numbers of https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md */
const success = 0;
const badDescriptor = 8;
const clockRealtime = 0;
const argument = Buffer.from('render\0');
const maxSaidBytes = 4_096;
const subscriptionBytes = 48;
const eventBytes = 32;
/** Where the monotonic clock stands when a render begins: after all that happened when the module was made. */
const startNs = 1_000_000_000_000n;

/**
 * The few calls that the engines make. There are no files, no network, no environment; time passes only by being
 * asked for, and randomness follows from the render's entropy, so that the same render gives the same bytes.
 * A call that is not here traps.
 *
 * @param environment One variable, as `NAME=value`, for the runtime when the module is built. Default: there is none.
 */
export function createSystem(memory: () => WebAssembly.Memory, environment = ''): SandboxSystem {
  const variable = Buffer.from(environment === '' ? '' : `${environment}\0`);
  let world: SandboxWorld = { clockMs: 0, entropy: new Uint8Array(32) };
  let monotonicNs = 0n;
  let drawn = 0;
  let printed: Buffer[] = [];
  const view = (): DataView => new DataView(memory().buffer);
  const write32 = (at: number, value: number): void => view().setUint32(at, value, true);
  const write64 = (at: number, value: bigint): void => view().setBigUint64(at, value, true);

  const imports = {
    args_sizes_get: (count: number, size: number) => {
      write32(count, 1);
      write32(size, argument.length);
      return success;
    },
    args_get: (list: number, text: number) => {
      write32(list, text);
      new Uint8Array(memory().buffer).set(argument, text);
      return success;
    },
    environ_sizes_get: (count: number, size: number) => {
      write32(count, variable.length === 0 ? 0 : 1);
      write32(size, variable.length);
      return success;
    },
    environ_get: (list: number, text: number) => {
      if (variable.length > 0) write32(list, text);
      new Uint8Array(memory().buffer).set(variable, text);
      return success;
    },
    clock_time_get: (id: number, _precision: bigint, result: number) => {
      // The monotonic clock moves, because the runtime measures itself with it.
      monotonicNs += 1_000n;
      write64(result, id === clockRealtime ? BigInt(world.clockMs) * 1_000_000n : monotonicNs);
      return success;
    },
    random_get: (at: number, size: number) => {
      const target = new Uint8Array(memory().buffer, at, size);
      for (let filled = 0; filled < size; drawn++) {
        const block = createHmac('sha256', world.entropy).update(String(drawn)).digest();
        target.set(block.subarray(0, size - filled), filled);
        filled += block.length;
      }
      return success;
    },
    sched_yield: () => success,
    // A sleep ends at once: the monotonic clock jumps to its end.
    poll_oneoff: (subscriptions: number, events: number, count: number, result: number) => {
      for (let index = 0; index < count; index++) {
        const at = subscriptions + index * subscriptionBytes;
        const isClock = view().getUint8(at + 8) === 0;
        if (!isClock) throw new SandboxTrap('the engine waits for input');
        const isAbsolute = (view().getUint16(at + 40, true) & 1) === 1;
        const timeout = view().getBigUint64(at + 24, true);
        const until = isAbsolute ? timeout : monotonicNs + timeout;
        if (until > monotonicNs) monotonicNs = until;
        const event = events + index * eventBytes;
        new Uint8Array(memory().buffer, event, eventBytes).fill(0);
        write64(event, view().getBigUint64(at, true));
      }
      write32(result, count);
      return success;
    },
    fd_write: (descriptor: number, vectors: number, count: number, result: number) => {
      if (descriptor !== 1 && descriptor !== 2) return badDescriptor;
      let size = 0;
      for (let index = 0; index < count; index++) {
        const at = view().getUint32(vectors + index * 8, true);
        const length = view().getUint32(vectors + index * 8 + 4, true);
        size += length;
        const left = maxSaidBytes - printed.reduce((sum, part) => sum + part.length, 0);
        if (left > 0)
          printed.push(Buffer.from(memory().buffer.slice(at, at + Math.min(length, left))));
      }
      write32(result, size);
      return success;
    },
    fd_fdstat_get: () => badDescriptor,
    fd_fdstat_set_flags: () => badDescriptor,
    fd_prestat_get: () => badDescriptor,
    // Go's library looks for the machine's name servers and certificates when something wants the network.
    path_open: () => badDescriptor,
    path_filestat_get: () => badDescriptor,
    proc_exit: (code: number) => {
      throw new SandboxTrap(`the engine ended with ${code}`);
    },
  };
  return {
    imports,
    begin: (next) => {
      world = next;
      monotonicNs = startNs;
      drawn = 0;
      printed = [];
    },
    said: () => Buffer.concat(printed).toString('utf8'),
  };
}

/** Every import of the module; those that `system` does not have trap when they are called. */
export function importsFor(
  module: WebAssembly.Module,
  own: WebAssembly.Imports,
): WebAssembly.Imports {
  const all: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const known = own[from]?.[name];
    if (known === undefined && kind !== 'function')
      throw new SandboxTrap(`${from}.${name}: no ${kind}`);
    const trap = (): never => {
      throw new SandboxTrap(`the engine called ${from}.${name}`);
    };
    all[from] = { ...all[from], [name]: known ?? trap };
  }
  return all;
}
