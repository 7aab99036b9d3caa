import type { Answer, Question } from './protocol.ts';
import { questions } from './protocol.ts';
import { SandboxTrap, createSystem, importsFor } from './wasi.ts';
import type { SandboxWorld } from './wasi.ts';

/** What the module exports; `engines/render/main.go` says what each does. */
export interface EngineExports {
  readonly memory: WebAssembly.Memory;
  readonly fairlead_buffer: (size: number) => number;
  readonly fairlead_call: () => number;
  readonly fairlead_settle: () => void;
  readonly fairlead_constants_end: () => number;
  readonly fairlead_heap_end: () => number;
  readonly fairlead_heap_limit: () => number;
  readonly [name: string]: unknown;
}

/** The module with its imports. */
interface Engine {
  readonly exports: EngineExports;
  call(request: string, world: SandboxWorld): Uint8Array;
  said(): string;
}

/** Answers of `ask` that are no length. */
const absent = -1;
const broken = -2;
const kinds = { absent: 0, file: 1, folder: 2 } as const;

/**
 * @param ask Called while the engine runs, so it must answer at once.
 * @param environment A variable for the runtime, see `createSystem`.
 */
export function createEngine(
  module: WebAssembly.Module,
  ask: (question: Question, path: string) => Answer,
  environment = '',
): Engine {
  const system = createSystem(() => exports.memory, environment);
  let pending: Uint8Array = new Uint8Array();
  const files = {
    ask: (what: number, path: number, size: number): number => {
      const question = questions[what];
      if (question === undefined) throw new SandboxTrap(`the engine asked a question ${what}`);
      const text = Buffer.from(exports.memory.buffer, path >>> 0, size >>> 0).toString('utf8');
      const answer = ask(question, text);
      if ('failed' in answer) return broken;
      if ('kind' in answer) return kinds[answer.kind];
      if (answer.bytes === null) return absent;
      pending = answer.bytes;
      return pending.length;
    },
    take: (into: number): void => {
      new Uint8Array(exports.memory.buffer).set(pending, into >>> 0);
      pending = new Uint8Array();
    },
  };
  const own = { wasi_snapshot_preview1: system.imports, fairlead: files };
  const instance = new WebAssembly.Instance(module, importsFor(module, own));
  // The module is ours, and its digest was checked: these are its exports.
  const exports = instance.exports as EngineExports;
  return {
    exports,
    call: (request, world) => {
      system.begin(world);
      const bytes = Buffer.from(request, 'utf8');
      const at = exports.fairlead_buffer(bytes.length) >>> 0;
      new Uint8Array(exports.memory.buffer).set(bytes, at);
      const response = exports.fairlead_call() >>> 0;
      const size = new DataView(exports.memory.buffer).getUint32(response, true);
      return new Uint8Array(exports.memory.buffer, response + 4, size);
    },
    said: () => system.said(),
  };
}

/** Up to where the module's runtime uses its memory, in bytes; all above is zero. */
export function heapEndOf(exports: EngineExports): number {
  const at = exports.fairlead_heap_end() >>> 0;
  return Number(new DataView(exports.memory.buffer).getBigUint64(at, true));
}
