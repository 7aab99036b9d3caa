import type { LuaValue } from './values.ts';

interface Cell {
  value: LuaValue;
}

/** Local variables of one block, and those around it. */
export class Scope {
  readonly #cells = new Map<string, Cell>();
  readonly #outer: Scope | null;
  readonly #globals: Map<string, LuaValue>;
  /** What `...` stands for; `null`: what it stands for outside. */
  readonly #varargs: readonly LuaValue[] | null;

  constructor(
    globals: Map<string, LuaValue>,
    outer: Scope | null,
    varargs: readonly LuaValue[] | null = null,
  ) {
    this.#globals = globals;
    this.#outer = outer;
    this.#varargs = varargs;
  }

  inner(varargs: readonly LuaValue[] | null = null): Scope {
    return new Scope(this.#globals, this, varargs);
  }

  declare(name: string, value: LuaValue): void {
    this.#cells.set(name, { value });
  }

  get(name: string): LuaValue {
    const cell = this.#find(name);
    return cell === null ? this.#globals.get(name) : cell.value;
  }

  set(name: string, value: LuaValue): void {
    const cell = this.#find(name);
    if (cell === null) this.#globals.set(name, value);
    else cell.value = value;
  }

  get varargs(): readonly LuaValue[] {
    return this.#varargs ?? this.#outer?.varargs ?? [];
  }

  #find(name: string): Cell | null {
    const outer = this.#outer;
    return this.#cells.get(name) ?? (outer === null ? null : outer.#find(name));
  }
}
