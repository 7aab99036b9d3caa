import type { LuaValue } from './values.ts';
import { fromBytes, textOf } from './values.ts';

/** An error that a script raises or runs into; `pcall` catches it. */
export class LuaError extends Error {
  override readonly name = 'LuaError';
  readonly value: LuaValue;
  /** Line in the script, where known, from 1. */
  line: number | undefined;

  constructor(value: LuaValue, line?: number) {
    super(fromBytes(textOf(value)));
    this.value = value;
    this.line = line;
  }
}
