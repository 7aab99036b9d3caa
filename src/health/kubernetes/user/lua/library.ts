import type { Budget } from '../budget.ts';
import { BudgetSpent } from '../budget.ts';
import { LuaError } from './error.ts';
import { stringLibrary } from './strings.ts';
import { LuaTable, isTruthy, numberOf, textOf, typeOf } from './values.ts';
import type { LuaFunction, LuaValue } from './values.ts';

/** What scripts find: no `os`, `io`, `require`, `load`, nothing of chance or time. */
export function globalsFor(budget: Budget): Map<string, LuaValue> {
  const strings = tableOf(stringLibrary(budget));
  return new Map<string, LuaValue>([
    ...Object.entries(baseLibrary(budget)),
    ['string', strings],
    ['table', tableOf(tableLibrary(budget))],
    ['math', tableOf(mathLibrary)],
  ]);
}

function tableOf(functions: Readonly<Record<string, LuaValue>>): LuaTable {
  const table = new LuaTable();
  for (const [name, value] of Object.entries(functions)) table.set(name, value);
  return table;
}

function tableArgument(value: LuaValue, name: string): LuaTable {
  if (value instanceof LuaTable) return value;
  throw new LuaError(`bad argument to '${name}' (table expected, got ${typeOf(value)})`);
}

function functionArgument(value: LuaValue, name: string): LuaFunction {
  if (typeof value === 'function') return value;
  throw new LuaError(`bad argument to '${name}' (function expected, got ${typeOf(value)})`);
}

function baseLibrary(budget: Budget): Readonly<Record<string, LuaFunction>> {
  const unpack: LuaFunction = ([table, first, last]) => {
    const from = tableArgument(table, 'unpack');
    const end = numberOf(last) ?? from.items.length;
    const values: LuaValue[] = [];
    for (let at = numberOf(first) ?? 1; at <= end; at += 1) {
      budget.spend(1);
      values.push(from.get(at));
    }
    return values;
  };
  return {
    unpack,
    type: ([value]) => [typeOf(value)],
    tostring: ([value]) => [textOf(value)],
    tonumber: ([value, base]) => {
      if (base === undefined || base === 10) return [numberOf(value)];
      const parsed = Number.parseInt(textOf(value), numberOf(base) ?? 10);
      return [Number.isNaN(parsed) ? undefined : parsed];
    },
    ipairs: ([value]) => {
      const table = tableArgument(value, 'ipairs');
      let at = 0;
      return [
        () => {
          at += 1;
          const item = table.get(at);
          return item === undefined ? [undefined] : [at, item];
        },
      ];
    },
    pairs: ([value]) => {
      const entries = tableArgument(value, 'pairs').entries();
      budget.spend(1 + entries.length);
      let at = 0;
      return [
        () => {
          const entry = entries[at];
          at += 1;
          return entry ?? [undefined];
        },
      ];
    },
    next: ([value, key]) => {
      const entries = tableArgument(value, 'next').entries();
      budget.spend(1 + entries.length);
      if (key === undefined) return entries[0] ?? [undefined];
      const at = entries.findIndex(([one]) => one === key);
      return entries[at + 1] ?? [undefined];
    },
    select: ([which, ...values]) => {
      if (which === '#') return [values.length];
      const from = numberOf(which) ?? 1;
      return from < 0 ? values.slice(from) : values.slice(from - 1);
    },
    rawget: ([table, key]) => [tableArgument(table, 'rawget').get(key)],
    rawequal: ([left, right]) => [left === right],
    error: ([value]) => {
      throw new LuaError(value);
    },
    assert: (values) => {
      if (isTruthy(values[0])) return values;
      throw new LuaError(values[1] ?? 'assertion failed!');
    },
    pcall: ([called, ...args]) => {
      try {
        return [true, ...functionArgument(called, 'pcall')(args)];
      } catch (error) {
        if (error instanceof BudgetSpent || !(error instanceof LuaError)) throw error;
        return [false, error.value];
      }
    },
  };
}

function tableLibrary(budget: Budget): Readonly<Record<string, LuaFunction>> {
  return {
    getn: ([table]) => [tableArgument(table, 'getn').items.length],
    insert: (args) => {
      const { items } = tableArgument(args[0], 'insert');
      if (args.length < 3) {
        tableArgument(args[0], 'insert').set(items.length + 1, args[1]);
        return [];
      }
      const at = numberOf(args[1]) ?? items.length + 1;
      if (at < 1 || at > items.length + 1)
        throw new LuaError("bad argument to 'insert' (position out of bounds)");
      budget.spend(1 + items.length - at + 1);
      items.splice(at - 1, 0, args[2]);
      return [];
    },
    remove: ([table, place]) => {
      const { items } = tableArgument(table, 'remove');
      const at = numberOf(place) ?? items.length;
      if (at < 1 || at > items.length) return [undefined];
      budget.spend(1 + items.length - at);
      return [items.splice(at - 1, 1)[0]];
    },
    concat: ([table, between, first, last]) => {
      const { items } = tableArgument(table, 'concat');
      const separator = between === undefined ? '' : textOf(between);
      const parts = items.slice((numberOf(first) ?? 1) - 1, numberOf(last) ?? items.length);
      let length = 0;
      for (const part of parts) {
        if (typeof part !== 'string' && typeof part !== 'number')
          throw new LuaError(`invalid value (${typeOf(part)}) in table for 'concat'`);
        length += textOf(part).length + separator.length;
        budget.spend(1);
      }
      budget.spendText(length);
      return [parts.map(textOf).join(separator)];
    },
    sort: ([table, before]) => {
      const { items } = tableArgument(table, 'sort');
      const isBefore = before === undefined ? lessThan : comparison(before);
      items.sort((left, right) => {
        budget.spend(1);
        if (isBefore(left, right)) return -1;
        return isBefore(right, left) ? 1 : 0;
      });
      return [];
    },
    unpack: baseLibrary(budget)['unpack'] ?? (() => []),
  };
}

function comparison(before: LuaValue): (left: LuaValue, right: LuaValue) => boolean {
  const called = functionArgument(before, 'sort');
  return (left, right) => isTruthy(called([left, right])[0]);
}

/** `<` of Lua: numbers with numbers, texts with texts. */
export function lessThan(left: LuaValue, right: LuaValue): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left === 'string' && typeof right === 'string') return left < right;
  throw new LuaError(`attempt to compare ${typeOf(left)} with ${typeOf(right)}`);
}

const onNumber =
  (operation: (value: number) => number): LuaFunction =>
  ([value]) => [operation(numberOf(value) ?? Number.NaN)];

const mathLibrary: Readonly<Record<string, LuaValue>> = {
  huge: Infinity,
  pi: Math.PI,
  abs: onNumber(Math.abs),
  ceil: onNumber(Math.ceil),
  floor: onNumber(Math.floor),
  sqrt: onNumber(Math.sqrt),
  max: (values) => [Math.max(...values.map((value) => numberOf(value) ?? Number.NaN))],
  min: (values) => [Math.min(...values.map((value) => numberOf(value) ?? Number.NaN))],
  fmod: ([left, right]) => [(numberOf(left) ?? 0) % (numberOf(right) ?? Number.NaN)],
};
