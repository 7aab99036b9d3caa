import type { Answer, Question } from './protocol.ts';
import { questions } from './protocol.ts';
import { SandboxTrap, createSystem, importsFor } from './wasi.ts';
import type { SandboxWorld } from './wasi.ts';

/** Answers of `ask` that are no length. */
const absent = -1;
const broken = -2;
const kinds = { absent: 0, file: 1, folder: 2 } as const;

/** One instance of the engines. Not for use after `call` threw. */
export interface EngineInstance {
  /**
   * Sends a request and gives the response, which is a view of the instance's memory until the next call.
   * @throws SandboxTrap, WebAssembly.RuntimeError: the instance is broken.
   */
  call(request: string, world: SandboxWorld): Uint8Array;
  /** Goes back to how it was when it was made, so that nothing is left of earlier renders. */
  reset(): void;
  readonly memoryBytes: number;
  /** What it printed during the last call. */
  said(): string;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly _initialize: () => void;
  readonly fairlead_buffer: (size: number) => number;
  readonly fairlead_call: () => number;
}

/** The smallest overlay: rendering it once makes the engine read its schema of all built-in kinds. */
const warmUp: Readonly<Record<string, string>> = {
  '/kustomization.yaml': 'resources: [a.yaml]\nnamespace: a\n',
  '/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
};

function askWarmUp(question: Question, path: string): Answer {
  const content = warmUp[path];
  if (question === 'kind') return { kind: path === '/' ? 'folder' : content ? 'file' : 'absent' };
  if (question === 'real') return { bytes: Buffer.from(path) };
  return { bytes: content === undefined ? null : Buffer.from(content) };
}

/** @param ask Called while the engine runs, so it must answer at once. */
export function createInstance(
  module: WebAssembly.Module,
  ask: (question: Question, path: string) => Answer,
): EngineInstance {
  const system = createSystem(() => exports.memory);
  let pending: Uint8Array = new Uint8Array();
  let answer = ask;
  const files = {
    ask: (what: number, path: number, size: number): number => {
      const question = questions[what];
      if (question === undefined) throw new SandboxTrap(`the engine asked a question ${what}`);
      const text = Buffer.from(exports.memory.buffer, path >>> 0, size >>> 0).toString('utf8');
      const given = answer(question, text);
      if ('failed' in given) return broken;
      if ('kind' in given) return kinds[given.kind];
      if (given.bytes === null) return absent;
      pending = given.bytes;
      return pending.length;
    },
    take: (into: number): void => {
      new Uint8Array(exports.memory.buffer).set(pending, into >>> 0);
      pending = new Uint8Array();
    },
  };
  const instance = new WebAssembly.Instance(
    module,
    importsFor(module, { wasi_snapshot_preview1: system.imports, fairlead: files }),
  );
  // The module is ours, and its digest was checked: these are its exports.
  const exports = instance.exports as unknown as Exports;
  system.begin({ clockMs: 0, entropy: new Uint8Array(32) });
  exports._initialize();
  const call = (request: string): Uint8Array => {
    const bytes = Buffer.from(request, 'utf8');
    const at = exports.fairlead_buffer(bytes.length) >>> 0;
    new Uint8Array(exports.memory.buffer).set(bytes, at);
    const response = exports.fairlead_call() >>> 0;
    const size = new DataView(exports.memory.buffer).getUint32(response, true);
    return new Uint8Array(exports.memory.buffer, response + 4, size);
  };
  answer = askWarmUp;
  call(JSON.stringify({ op: 'kustomize', path: '/', maxOutputBytes: 10_000 }));
  answer = ask;
  const start = new Uint8Array(exports.memory.buffer.slice(0));
  return {
    call: (request, world) => {
      system.begin(world);
      return call(request);
    },
    reset: () => {
      const memory = new Uint8Array(exports.memory.buffer);
      memory.set(start);
      // What the runtime takes anew it takes for zero.
      memory.fill(0, start.length);
    },
    get memoryBytes() {
      return exports.memory.buffer.byteLength;
    },
    said: () => system.said(),
  };
}
