import type { Budget } from '../budget.ts';
import { LuaError } from './error.ts';

/**
 * Patterns of Lua: https://www.lua.org/manual/5.1/manual.html#5.4.1. Each step is charged, because a pattern with
 * several `.-` may take a time that grows with a power of the text.
 */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** Texts, or positions for `()`. The whole match where the pattern has none. */
  readonly captures: readonly (string | number)[];
}

interface Capture {
  readonly start: number;
  /** End, or −1 while open, or −2 for a position. */
  end: number;
}

/** The first match from `from` on (0-based), or `null`. */
export function findPattern(
  text: string,
  pattern: string,
  from: number,
  budget: Budget,
): Match | null {
  const anchored = pattern.startsWith('^');
  for (let start = from; start <= text.length; start += 1) {
    const matcher = new Matcher(text, pattern, budget);
    const end = matcher.match(start, anchored ? 1 : 0, 0);
    if (end !== null) return { start, end, captures: matcher.captured(start, end) };
    if (anchored) return null;
  }
  return null;
}

class Matcher {
  readonly #text: string;
  readonly #pattern: string;
  readonly #budget: Budget;
  #captures: Capture[] = [];

  constructor(text: string, pattern: string, budget: Budget) {
    this.#text = text;
    this.#pattern = pattern;
    this.#budget = budget;
  }

  captured(start: number, end: number): readonly (string | number)[] {
    if (this.#captures.length === 0) return [this.#text.slice(start, end)];
    return this.#captures.map((capture) => {
      if (capture.end === -1) throw new LuaError('unfinished capture');
      return capture.end === -2 ? capture.start + 1 : this.#text.slice(capture.start, capture.end);
    });
  }

  /** The end of the match of the pattern from `at` on with the text from `place` on, or `null`. */
  match(place: number, at: number, depth: number): number | null {
    this.#budget.spend(1);
    if (depth > 200) throw new LuaError('pattern too complex');
    const pattern = this.#pattern;
    if (at >= pattern.length) return place;
    const char = pattern[at];
    if (char === '(') return this.#open(place, at, depth);
    if (char === ')') return this.#close(place, at, depth);
    if (char === '$' && at + 1 === pattern.length)
      return place === this.#text.length ? place : null;
    if (char === '%') {
      const next = pattern[at + 1] ?? '';
      if (next === 'b') return this.#balance(place, at, depth);
      if (next === 'f') return this.#frontier(place, at, depth);
      if (/\d/.test(next)) return this.#back(place, at, depth);
    }
    return this.#single(place, at, depth);
  }

  #single(place: number, at: number, depth: number): number | null {
    const end = this.#itemEnd(at);
    const fits = (spot: number): boolean => {
      this.#budget.spend(1);
      return spot < this.#text.length && this.#fits(this.#text[spot] ?? '', at, end);
    };
    switch (this.#pattern[end]) {
      case '?':
        return (
          (fits(place) ? this.match(place + 1, end + 1, depth + 1) : null) ??
          this.match(place, end + 1, depth + 1)
        );
      case '+':
      case '*': {
        let last = place;
        while (fits(last)) last += 1;
        const first = this.#pattern[end] === '+' ? place + 1 : place;
        for (; last >= first; last -= 1) {
          const found = this.match(last, end + 1, depth + 1);
          if (found !== null) return found;
        }
        return null;
      }
      case '-':
        for (let spot = place; ; spot += 1) {
          const found = this.match(spot, end + 1, depth + 1);
          if (found !== null) return found;
          if (!fits(spot)) return null;
        }
      default:
        return fits(place) ? this.match(place + 1, end, depth + 1) : null;
    }
  }

  #open(place: number, at: number, depth: number): number | null {
    const position = this.#pattern[at + 1] === ')';
    const before = [...this.#captures];
    this.#captures.push({ start: place, end: position ? -2 : -1 });
    const found = this.match(place, at + (position ? 2 : 1), depth + 1);
    if (found === null) this.#captures = before;
    return found;
  }

  #close(place: number, at: number, depth: number): number | null {
    const open = this.#captures.findLast(({ end }) => end === -1);
    if (open === undefined) throw new LuaError('invalid pattern capture');
    open.end = place;
    const found = this.match(place, at + 1, depth + 1);
    if (found === null) open.end = -1;
    return found;
  }

  #balance(place: number, at: number, depth: number): number | null {
    const [open, close] = [this.#pattern[at + 2], this.#pattern[at + 3]];
    if (open === undefined || close === undefined) throw new LuaError('malformed pattern (%b)');
    if (this.#text[place] !== open) return null;
    let level = 1;
    for (let spot = place + 1; spot < this.#text.length; spot += 1) {
      this.#budget.spend(1);
      if (this.#text[spot] === close) level -= 1;
      else if (this.#text[spot] === open) level += 1;
      if (level === 0) return this.match(spot + 1, at + 4, depth + 1);
    }
    return null;
  }

  #frontier(place: number, at: number, depth: number): number | null {
    if (this.#pattern[at + 2] !== '[') throw new LuaError("missing '[' after '%f' in pattern");
    const end = this.#itemEnd(at + 2);
    const before = place === 0 ? '\0' : (this.#text[place - 1] ?? '\0');
    const here = this.#text[place] ?? '\0';
    return !this.#fits(before, at + 2, end) && this.#fits(here, at + 2, end)
      ? this.match(place, end, depth + 1)
      : null;
  }

  #back(place: number, at: number, depth: number): number | null {
    const capture = this.#captures[Number(this.#pattern[at + 1]) - 1];
    if (capture === undefined || capture.end < 0) throw new LuaError('invalid capture index');
    const text = this.#text.slice(capture.start, capture.end);
    this.#budget.spendText(text.length);
    return this.#text.startsWith(text, place)
      ? this.match(place + text.length, at + 2, depth + 1)
      : null;
  }

  /** Where one item of the pattern (a character, a class, a set) ends. */
  #itemEnd(at: number): number {
    const pattern = this.#pattern;
    if (pattern[at] === '%') {
      if (at + 1 >= pattern.length) throw new LuaError("malformed pattern (ends with '%')");
      return at + 2;
    }
    if (pattern[at] !== '[') return at + 1;
    let end = at + (pattern[at + 1] === '^' ? 2 : 1);
    do {
      if (end >= pattern.length) throw new LuaError("malformed pattern (missing ']')");
      end += pattern[end] === '%' ? 2 : 1;
    } while (pattern[end] !== ']');
    return end + 1;
  }

  #fits(char: string, at: number, end: number): boolean {
    const first = this.#pattern[at];
    if (first === '.') return true;
    if (first === '%') return isOf(char, this.#pattern[at + 1] ?? '');
    if (first !== '[') return first === char;
    const negated = this.#pattern[at + 1] === '^';
    return this.#inSet(char, at + (negated ? 2 : 1), end - 1) !== negated;
  }

  #inSet(char: string, from: number, end: number): boolean {
    const pattern = this.#pattern;
    for (let at = from; at < end; at += 1) {
      const here = pattern[at] ?? '';
      if (here === '%') {
        at += 1;
        if (isOf(char, pattern[at] ?? '')) return true;
      } else if (pattern[at + 1] === '-' && at + 2 < end) {
        if (here <= char && char <= (pattern[at + 2] ?? '')) return true;
        at += 2;
      } else if (here === char) return true;
    }
    return false;
  }
}

const classes: Readonly<Record<string, RegExp>> = {
  a: /[A-Za-z]/,
  c: /\p{Cc}/u,
  d: /\d/,
  l: /[a-z]/,
  p: /[!-/:-@[-`{-~]/,
  s: /[\t-\r ]/,
  u: /[A-Z]/,
  w: /[A-Za-z0-9]/,
  x: /[A-Fa-f0-9]/,
  z: /\0/,
};

/** Whether a character is of the class `%letter`; a capital letter is all others, anything else is itself. */
function isOf(char: string, letter: string): boolean {
  const found = classes[letter.toLowerCase()];
  if (found === undefined) return char === letter;
  return found.test(char) === (letter === letter.toLowerCase());
}
