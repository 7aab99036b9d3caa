import type { Json } from '../../../../model/json.ts';
import { maxNesting, maxValues } from '../budget.ts';

/** `undefined` is nil. A text is a string of bytes, each a code unit below 256, as Lua has it. */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction;

/** Takes and gives as many values as it likes. */
export type LuaFunction = (args: readonly LuaValue[]) => readonly LuaValue[];

/** A table: what is numbered from 1 without gaps in a list, the rest in a map, in the order in which it came. */
export class LuaTable {
  readonly items: LuaValue[] = [];
  readonly members = new Map<LuaValue, LuaValue>();

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number' && key >= 1 && key <= this.items.length && Number.isInteger(key))
      return this.items[key - 1];
    return this.members.get(key);
  }

  set(key: LuaValue, value: LuaValue): void {
    const { items, members } = this;
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 1 || key > items.length + 1) {
      if (value === undefined) members.delete(key);
      else members.set(key, value);
      return;
    }
    items[key - 1] = value;
    if (value === undefined) {
      while (items.length > 0 && items.at(-1) === undefined) items.pop();
      return;
    }
    while (members.size > 0 && members.has(items.length + 1)) {
      const next = items.length + 1;
      items.push(members.get(next));
      members.delete(next);
    }
  }

  /** What is in it, in order; changes while going through it are not seen. */
  entries(): readonly (readonly [LuaValue, LuaValue])[] {
    const numbered = this.items.map((value, at) => [at + 1, value] as const);
    return [...numbered.filter(([, value]) => value !== undefined), ...this.members];
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of a text, one code unit each. */
export function toBytes(text: string): string {
  if (/^[\0-\x7F]*$/.test(text)) return text;
  let bytes = '';
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** Text of a Lua string, which is bytes that need not be UTF-8. */
export function fromBytes(bytes: string): string {
  if (/^[\0-\x7F]*$/.test(bytes)) return bytes;
  return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

/** JSON as Lua has it; `null` is nil. @returns `null` when it has too many values or too deep a nesting. */
export function toLua(json: Json): { readonly value: LuaValue } | null {
  let left = maxValues;
  const convert = (value: Json, depth: number): LuaValue => {
    left -= 1;
    if (left < 0 || depth > maxNesting) throw new RangeError('too large');
    if (value === null) return undefined;
    if (typeof value === 'string') return toBytes(value);
    if (typeof value !== 'object') return value;
    const table = new LuaTable();
    if (Array.isArray(value)) {
      for (const [at, item] of (value as readonly Json[]).entries())
        table.set(at + 1, convert(item, depth + 1));
      return table;
    }
    for (const [key, member] of Object.entries(value))
      table.set(toBytes(key), convert(member, depth + 1));
    return table;
  };
  try {
    return { value: convert(json, 0) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What Lua calls the type of a value. */
export function typeOf(value: LuaValue): string {
  if (value === undefined) return 'nil';
  return value instanceof LuaTable ? 'table' : typeof value;
}

/** As `tostring` writes it; tables and functions have no address, which would differ from run to run. */
export function textOf(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return typeOf(value);
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  // `%.14g`, the format of Lua; whole numbers in full, as the Lua of Argo CD writes them.
  const isWhole = Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
  return isWhole ? String(BigInt(value)) : String(Number(value.toPrecision(14)));
}

/** A number, or text that reads as one; else `undefined`. */
export function numberOf(value: LuaValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^[-+]?0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Whether a condition holds: all but `nil` and `false`, so 0 and the empty string, too. */
export function isTruthy(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}
