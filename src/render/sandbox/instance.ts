import { createEngine, heapEndOf } from './engine.ts';
import type { EngineExports } from './engine.ts';
import type { EngineModule } from './module.ts';
import { putSnapshot, restoreSnapshot } from './snapshot.ts';
import type { Answer, Question } from './protocol.ts';
import type { SandboxWorld } from './wasi.ts';

/** One instance of the engines, ready to render. Not for use after `call` threw. */
export interface EngineInstance {
  /**
   * Sends a request and gives the response, which is a view of the instance's memory until the next call.
   * @throws SandboxTrap, WebAssembly.RuntimeError: the instance is broken.
   */
  call(request: string, world: SandboxWorld): Uint8Array;
  /**
   * Goes back to how it was when it was made, so that nothing is left of earlier renders. `written`: all but the
   * constants of the engines, two thirds of the memory, which nothing writes to.
   */
  reset(what: 'all' | 'written'): void;
  readonly memoryBytes: number;
  /** What it printed during the last call. */
  said(): string;
}

/**
 * The engines collect no garbage before their heap is much larger; going back to the start is cheaper. So does an
 * instance whose heap has grown by this much.
 */
const growthBytes = 4 * 2 ** 20;

/**
 * Makes an instance. The module comes with the state of a warm engine in it, so nothing is initialised here.
 * @param ask Called while the engine runs, so it must answer at once.
 */
export function createInstance(
  { module, state }: EngineModule,
  ask: (question: Question, path: string) => Answer,
): EngineInstance {
  const engine = createEngine(module, ask);
  const { exports } = engine;
  const globals = globalsOf(exports);
  const startGlobals = globals.map(({ value }) => value);
  putSnapshot(state, new Uint8Array(exports.memory.buffer));
  const resetAboveBytes = heapEndOf(exports) + growthBytes;
  const constantsEnd = exports.fairlead_constants_end() >>> 0;
  const reset = (what: 'all' | 'written'): void => {
    const memory = new Uint8Array(exports.memory.buffer);
    const from = what === 'all' ? 0 : constantsEnd;
    restoreSnapshot(state, memory.subarray(0, heapEndOf(exports)), from);
    // It has forgotten what it asked for since, and would ask again.
    const limit = exports.fairlead_heap_limit() >>> 0;
    new DataView(exports.memory.buffer).setBigUint64(limit, BigInt(memory.length), true);
    for (const [index, global] of globals.entries()) global.value = startGlobals[index] ?? 0;
  };
  return {
    call: (request, world) => {
      if (heapEndOf(exports) > resetAboveBytes) reset('written');
      return engine.call(request, world);
    },
    reset,
    get memoryBytes() {
      return exports.memory.buffer.byteLength;
    },
    said: () => engine.said(),
  };
}

/** The module's variables outside of its memory: where its stack is, for instance. */
export function globalsOf(exports: EngineExports): readonly WebAssembly.Global[] {
  return Object.entries(exports).flatMap(([name, value]) =>
    name.startsWith('global.') ? [value as WebAssembly.Global] : [],
  );
}
