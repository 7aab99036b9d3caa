/**
 * Whether a command says what a page shows. `…` stands for anything within a line and, alone on a line, for any lines.
 * What is different each time counts as equal whatever it is: commits, digests, ids, times, and how long something
 * took. Several blanks count as one, because the width of a column depends on its longest value.
 */

/** @returns null when it fits, else the first line of the page that it does not say. */
export function mismatch(expected: readonly string[], actual: readonly string[]): string | null {
  const wanted = trimmed(expected.map(plain));
  const said = trimmed(actual.map(plain));
  let furthest = 0;
  const fits = (at: number, from: number): boolean => {
    furthest = Math.max(furthest, at);
    const line = wanted[at];
    if (line === undefined) return from === said.length;
    if (line === '…') {
      for (let rest = from; rest <= said.length; rest++) if (fits(at + 1, rest)) return true;
      return false;
    }
    const other = said[from];
    return other !== undefined && pattern(line).test(other) && fits(at + 1, from + 1);
  };
  if (fits(0, 0)) return null;
  return wanted[furthest] ?? '(nothing more)';
}

function pattern(line: string): RegExp {
  const parts = line
    .split('…')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'u');
}

/** A line without what is different each time. */
function plain(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, '<time>')
    .replaceAll(/\b[0-9a-f]{7,64}\b/g, '<id>')
    .replaceAll(/\b[m-p][0-9a-z]{11}\b/g, '<id>')
    .replaceAll(/\b\d+(?:\.\d+)?(?:ms|[smhd])(?:\d+[smh])*\b/g, '<time>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function trimmed(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1);
}
