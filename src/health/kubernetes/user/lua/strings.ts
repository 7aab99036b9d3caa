import type { Budget } from '../budget.ts';
import { LuaError } from './error.ts';
import { findPattern } from './pattern.ts';
import type { Match } from './pattern.ts';
import { LuaTable, isTruthy, numberOf, textOf } from './values.ts';
import type { LuaFunction, LuaValue } from './values.ts';

/** The functions of `string`, https://www.lua.org/manual/5.1/manual.html#5.4; `dump` is left out. */
export function stringLibrary(budget: Budget): Readonly<Record<string, LuaFunction>> {
  const made = (text: string): readonly LuaValue[] => {
    budget.spendText(text.length);
    return [text];
  };
  return {
    len: ([text]) => [textArgument(text, 'len').length],
    lower: ([text]) =>
      made(textArgument(text, 'lower').replaceAll(/[A-Z]/g, (one) => one.toLowerCase())),
    upper: ([text]) =>
      made(textArgument(text, 'upper').replaceAll(/[a-z]/g, (one) => one.toUpperCase())),
    reverse: ([text]) => made(textArgument(text, 'reverse').split('').toReversed().join('')),
    sub: ([text, first, last]) => {
      const whole = textArgument(text, 'sub');
      const [from, to] = range(whole.length, numberOf(first) ?? 1, numberOf(last) ?? -1);
      return made(whole.slice(from, to));
    },
    rep: ([text, times]) => {
      const one = textArgument(text, 'rep');
      const number = Math.max(0, Math.floor(numberOf(times) ?? 0));
      budget.spendText(one.length * number);
      return [one.repeat(number)];
    },
    byte: ([text, first, last]) => {
      const whole = textArgument(text, 'byte');
      const start = numberOf(first) ?? 1;
      const [from, to] = range(whole.length, start, numberOf(last) ?? start);
      budget.spend(Math.max(1, to - from));
      return Array.from(whole.slice(from, to), (one) => one.charCodeAt(0));
    },
    char: (codes) => made(String.fromCharCode(...codes.map((code) => (numberOf(code) ?? 0) & 255))),
    find: ([text, pattern, init, plain]) => find(text, pattern, init, isTruthy(plain), budget),
    match: ([text, pattern, init]) => {
      const whole = textArgument(text, 'match');
      const found = findPattern(
        whole,
        textArgument(pattern, 'match'),
        startOf(whole, init),
        budget,
      );
      return found === null ? [undefined] : found.captures;
    },
    gmatch: ([text, pattern]) => {
      const whole = textArgument(text, 'gmatch');
      const wanted = textArgument(pattern, 'gmatch');
      let from = 0;
      return [
        () => {
          const found = from > whole.length ? null : findPattern(whole, wanted, from, budget);
          if (found === null) return [undefined];
          from = found.end === found.start ? found.end + 1 : found.end;
          return found.captures;
        },
      ];
    },
    gsub: ([text, pattern, by, most]) =>
      replace(text, pattern, by, numberOf(most) ?? Infinity, budget),
    format: ([layout, ...values]) => made(format(textArgument(layout, 'format'), values, budget)),
  };
}

function textArgument(value: LuaValue, name: string): string {
  if (typeof value === 'string' || typeof value === 'number') return textOf(value);
  throw new LuaError(
    `bad argument to '${name}' (string expected, got ${value === undefined ? 'nil' : typeof value})`,
  );
}

/** 0-based start and end of what Lua names by 1-based positions, negative ones from the end. */
function range(length: number, first: number, last: number): readonly [number, number] {
  const from = first < 0 ? Math.max(length + first + 1, 1) : Math.max(first, 1);
  const to = last < 0 ? length + last + 1 : Math.min(last, length);
  return [from - 1, Math.max(to, from - 1)];
}

function startOf(text: string, init: LuaValue): number {
  return Math.min(range(text.length, numberOf(init) ?? 1, -1)[0], text.length);
}

function find(
  text: LuaValue,
  pattern: LuaValue,
  init: LuaValue,
  plain: boolean,
  budget: Budget,
): readonly LuaValue[] {
  const whole = textArgument(text, 'find');
  const wanted = textArgument(pattern, 'find');
  const from = startOf(whole, init);
  if (plain) {
    budget.spendLook(whole);
    const at = whole.indexOf(wanted, from);
    return at < 0 ? [undefined] : [at + 1, at + wanted.length];
  }
  const found = findPattern(whole, wanted, from, budget);
  if (found === null) return [undefined];
  const captures = /(?<!%)\(/.test(wanted) ? found.captures : [];
  return [found.start + 1, found.end, ...captures];
}

function replace(
  text: LuaValue,
  pattern: LuaValue,
  by: LuaValue,
  most: number,
  budget: Budget,
): readonly LuaValue[] {
  const whole = textArgument(text, 'gsub');
  const wanted = textArgument(pattern, 'gsub');
  let made = '';
  let from = 0;
  let times = 0;
  while (from <= whole.length && times < most) {
    const found = findPattern(whole, wanted, from, budget);
    if (found === null) break;
    const part = replacement(by, found, whole);
    budget.spendText(part.length);
    made += whole.slice(from, found.start) + part;
    budget.spendText(made.length);
    times += 1;
    if (found.end > found.start) from = found.end;
    else {
      made += whole.slice(found.end, found.end + 1);
      from = found.end + 1;
    }
    if (wanted.startsWith('^')) break;
  }
  return [made + whole.slice(from), times];
}

function replacement(by: LuaValue, found: Match, whole: string): string {
  const matched = whole.slice(found.start, found.end);
  const first = found.captures[0];
  let value: LuaValue;
  if (typeof by === 'function') value = by(found.captures)[0];
  else if (by instanceof LuaTable) value = by.get(first);
  else {
    return textArgument(by, 'gsub').replaceAll(/%(.)/g, (_, char: string) => {
      if (char === '0') return matched;
      return /\d/.test(char) ? String(found.captures[Number(char) - 1] ?? '') : char;
    });
  }
  if (value === undefined || value === false) return matched;
  return textArgument(value, 'gsub');
}

/** `%d %i %u %s %q %x %X %f %g %e %c %%` with flags, width and precision. */
function format(layout: string, values: readonly LuaValue[], budget: Budget): string {
  let next = 0;
  return layout.replaceAll(
    /%([-+ 0#]*)(\d{0,2})(?:\.(\d{1,2}))?(.)/g,
    (_, flags: string, width: string, precision: string | undefined, kind: string) => {
      if (kind === '%') return '%';
      const value = values[next];
      next += 1;
      const text = formatOne(kind, value, precision === undefined ? null : Number(precision));
      budget.spendText(text.length);
      const signed =
        flags.includes('+') && /[dif]/.test(kind) && !text.startsWith('-') ? `+${text}` : text;
      if (flags.includes('-')) return signed.padEnd(Number(width));
      return signed.padStart(Number(width), flags.includes('0') && kind !== 's' ? '0' : ' ');
    },
  );
}

function formatOne(kind: string, value: LuaValue, precision: number | null): string {
  if (kind === 's') return precision === null ? textOf(value) : textOf(value).slice(0, precision);
  if (kind === 'q') return JSON.stringify(textOf(value));
  const number = numberOf(value);
  if (number === undefined) throw new LuaError("bad argument to 'format' (number expected)");
  switch (kind) {
    case 'd':
    case 'i':
    case 'u':
      return String(Math.trunc(number)).padStart(precision ?? 0, '0');
    case 'x':
      return Math.trunc(number).toString(16);
    case 'X':
      return Math.trunc(number).toString(16).toUpperCase();
    case 'c':
      return String.fromCharCode(number & 255);
    case 'f':
      return number.toFixed(precision ?? 6);
    case 'e':
      return number.toExponential(precision ?? 6);
    case 'g':
      return String(Number(number.toPrecision(Math.max(1, precision ?? 6))));
    default:
      throw new LuaError(`invalid option '%${kind}' to 'format'`);
  }
}
