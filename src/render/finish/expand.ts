/** A text cannot be expanded: what is wrong, as a sentence about it. */
export class CannotExpand extends Error {
  override readonly name = 'CannotExpand';
}

/** Gives the value of a variable; `undefined`: it is not set. */
export type Variables = (name: string) => string | undefined;

/** Deepest nesting of `${a:=${b:=…}}`. */
const maxDepth = 20;
const nameStart = /[A-Za-z_]/;
const namePart = /\w/;

/**
 * Fills `${…}` in a text as Flux's post-build substitution does: `${var}`, `${var:=default}` (also `:-` and `=`),
 * `${var:position:length}`, `${#var}`, `${var^}` `^^` `,` `,,`, `${var#prefix}` `##` `%` `%%` and
 * `${var/text/other}` `//` `/#` `/%`. `$$` stands for `$`; `$var` without braces stays. Rule:
 * https://github.com/fluxcd/pkg/tree/main/envsubst
 *
 * @param strict Whether a variable without value and default is an error; else it is empty.
 * @throws CannotExpand
 */
export function expand(text: string, variables: Variables, strict: boolean): string {
  if (!text.includes('$')) return text;
  const reader = new Reader(text);
  let result = '';
  while (!reader.atEnd) {
    if (reader.take('$$')) result += '$';
    else if (reader.take('${')) result += expression(reader, variables, strict, 0);
    else result += reader.next();
  }
  return result;
}

class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  get peek(): string {
    return this.text[this.at] ?? '';
  }

  next(): string {
    return this.text[this.at++] ?? '';
  }

  /** Takes these characters if they come next. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** The first of these that comes next, or none. */
  takeAny(choices: readonly string[]): string | null {
    return choices.find((choice) => this.take(choice)) ?? null;
  }
}

/** What stands after `${`, to its brace. */
function expression(reader: Reader, variables: Variables, strict: boolean, depth: number): string {
  const from = reader.at - 2;
  const fail = (why: string): never => {
    throw new CannotExpand(`${reader.text.slice(from, from + 60)}: ${why}`);
  };
  if (depth > maxDepth) fail('is nested too deep');
  const argument = (ends: string, isReplaced = false): string => {
    let text = '';
    while (!reader.atEnd && !ends.includes(reader.peek)) {
      if (reader.take('${')) text += expression(reader, variables, strict, depth + 1);
      else {
        // A backslash lets a slash stand in a text that is replaced, or put instead.
        if (isReplaced && reader.take('\\/')) text += '/';
        else text += reader.next();
      }
    }
    return text;
  };
  const close = (): void => {
    if (!reader.take('}')) fail('has no closing brace');
  };
  const isLength = reader.take('#');
  let name = '';
  if (nameStart.test(reader.peek)) while (namePart.test(reader.peek)) name += reader.next();
  if (name === '') fail('has no name of a variable');
  const value = (): string => {
    const found = variables(name);
    if (found === undefined && strict) fail(`${name} has no value and no default`);
    return found ?? '';
  };
  if (isLength) {
    close();
    return String(value().length);
  }
  const operator = reader.takeAny([
    ':=',
    ':-',
    ':?',
    ':+',
    ':',
    '=',
    '^^',
    '^',
    ',,',
    ',',
    '##',
    '#',
    '%%',
    '%',
    '//',
    '/#',
    '/%',
    '/',
  ]);
  switch (operator) {
    case null:
      close();
      return value();
    case ':=':
    case ':-':
    case ':?':
    case ':+':
    case '=': {
      const instead = argument('}');
      close();
      // As there, an empty value counts as none.
      return variables(name) || instead;
    }
    case ':': {
      const position = argument(':}');
      const length = reader.take(':') ? argument('}') : null;
      close();
      return part(value(), position, length);
    }
    case '^^':
    case '^':
    case ',,':
    case ',': {
      close();
      return changeCase(value(), operator);
    }
    case '##':
    case '#':
    case '%%':
    case '%': {
      const pattern = argument('}');
      close();
      return without(value(), operator, pattern);
    }
    default: {
      const wanted = argument('/}', true);
      if (!reader.take('/')) fail('does not say what to put instead');
      const instead = argument('}', true);
      close();
      return replaced(value(), operator, wanted, instead);
    }
  }
}

/** `${var:position:length}`; what is no number leaves the value as it is, as in bash. */
function part(value: string, position: string, length: string | null): string {
  if (!isInteger(position)) return value;
  const start =
    Number(position) < 0 ? Math.max(0, value.length + Number(position)) : Number(position);
  if (length === null) return value.slice(start);
  if (!isInteger(length)) return value;
  // A negative one leaves so many out at the end.
  const end = Number(length) < 0 ? value.length + Number(length) : start + Number(length);
  return value.slice(start, Math.max(start, end));
}

function isInteger(text: string): boolean {
  return /^[-+]?\d+$/.test(text);
}

function changeCase(value: string, operator: string): string {
  const change = operator.startsWith('^')
    ? (text: string) => text.toUpperCase()
    : (text: string) => text.toLowerCase();
  return operator.length === 2 ? change(value) : change(value.slice(0, 1)) + value.slice(1);
}

/** A prefix or suffix that fits a pattern with `*`, `?` and `[a-z]` goes; doubled, the longest one that fits. */
function without(value: string, operator: string, pattern: string): string {
  const fits = globOf(pattern);
  const isPrefix = operator.startsWith('#');
  const lengths = Array.from({ length: value.length + 1 }, (_, at) => at);
  if (operator.length === 2) lengths.reverse();
  for (const length of lengths) {
    const piece = isPrefix ? value.slice(0, length) : value.slice(value.length - length);
    if (length > 0 && fits(piece)) {
      return isPrefix ? value.slice(length) : value.slice(0, value.length - length);
    }
  }
  return value;
}

/** Whether a text fits a pattern as a whole; takes time in proportion to both lengths. */
function globOf(pattern: string): (text: string) => boolean {
  const parts = partsOf(pattern);
  return (text) => {
    let reached = [true, ...Array.from({ length: text.length }, () => false)];
    for (const part of parts) {
      const next = Array.from({ length: text.length + 1 }, () => false);
      for (let at = 0; at <= text.length; at++) {
        if (part === '*') next[at] = reached[at] === true || (at > 0 && next[at - 1] === true);
        else next[at] = at > 0 && reached[at - 1] === true && part(text.charAt(at - 1));
      }
      reached = next;
    }
    return reached[text.length] === true;
  };
}

/** `*`, or which characters may stand there. A bracket that is not closed stands for itself. */
function partsOf(pattern: string): readonly ('*' | ((character: string) => boolean))[] {
  const pieces = pattern.match(/\[\^?(?:\\[^]|[^\]\\])+\]|\\[^]|[^]/g) ?? [];
  return pieces.map((piece) => {
    if (piece === '*') return piece;
    if (piece === '?') return () => true;
    if (piece.length > 1 && piece.startsWith('[')) return classOf(piece.slice(1, -1));
    const literal = piece.length > 1 ? piece.slice(1) : piece;
    return (character) => character === literal;
  });
}

/** Characters and ranges of them; all others after `^`. */
function classOf(inner: string): (character: string) => boolean {
  const isNegated = inner.startsWith('^');
  const ranges = [
    ...inner.slice(isNegated ? 1 : 0).matchAll(/(?:\\([^])|([^]))(?:-(?:\\([^])|([^])))?/g),
  ].map(([, escaped, plain, escapedEnd, plainEnd]) => {
    const from = escaped ?? plain ?? '';
    return [from, escapedEnd ?? plainEnd ?? from] as const;
  });
  return (character) =>
    ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
}

function replaced(value: string, operator: string, wanted: string, instead: string): string {
  switch (operator) {
    case '//':
      return wanted === '' ? value : value.split(wanted).join(instead);
    case '/#':
      return value.startsWith(wanted) ? instead + value.slice(wanted.length) : value;
    case '/%':
      return value.endsWith(wanted)
        ? value.slice(0, value.length - wanted.length) + instead
        : value;
    default: {
      const at = value.indexOf(wanted);
      return at < 0 ? value : value.slice(0, at) + instead + value.slice(at + wanted.length);
    }
  }
}
