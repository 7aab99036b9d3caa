/** The part of the WebAssembly interface that the sandbox uses; TypeScript has it only among the types of browsers. */
declare namespace WebAssembly {
  class Module {
    private constructor();
    static imports(module: Module): readonly {
      readonly module: string;
      readonly name: string;
      readonly kind: string;
    }[];
  }

  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }

  interface Memory {
    readonly buffer: ArrayBuffer;
  }

  interface Global {
    value: number | bigint;
  }

  type ImportValue = (...args: never[]) => unknown;
  type Imports = Readonly<Record<string, Readonly<Record<string, ImportValue>>>>;

  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
}
