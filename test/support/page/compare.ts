/**
 * Whether a command says what a page shows. `…` stands for anything within a line and, alone on a line, for any lines.
 * What is different each time counts as equal whatever it is: commits, digests, ids, times, and how long something
 * took. Several blanks count as one, because the width of a column depends on its longest value.
 */

type Comparison =
  /** What stands in the command's output for each commit, digest or id that the page shows. */
  | { readonly fits: true; readonly ids: ReadonlyMap<string, string> }
  /** `line`: the first one of the page that does not fit. */
  | { readonly fits: false; readonly line: string };

export function compare(expected: readonly string[], actual: readonly string[]): Comparison {
  const wanted = trimmed(expected);
  const said = trimmed(actual);
  const plainWanted = wanted.map(plain);
  const plainSaid = said.map(plain);
  let furthest = 0;
  const pairs: (readonly [string, string])[] = [];
  const fits = (at: number, from: number): boolean => {
    furthest = Math.max(furthest, at);
    const line = plainWanted[at];
    if (line === undefined) return from === said.length;
    if (line === '…') {
      for (let rest = from; rest <= said.length; rest++) if (fits(at + 1, rest)) return true;
      return false;
    }
    const other = plainSaid[from];
    if (other === undefined || !pattern(line).test(other) || !fits(at + 1, from + 1)) return false;
    pairs.push([wanted[at] ?? '', said[from] ?? '']);
    return true;
  };
  if (!fits(0, 0)) return { fits: false, line: wanted[furthest] ?? '(nothing more)' };
  return { fits: true, ids: new Map(pairs.flatMap(idsOf)) };
}

/** Commits, digests and the ids of releases. */
export const id = /\b(?:[0-9a-f]{7,64}|[m-p][0-9a-z]{11})\b/g;

/** The ids of a line of the page with those that the command said, where it said as many. */
function idsOf([page, said]: readonly [string, string]): readonly (readonly [string, string])[] {
  const shown = page.match(id) ?? [];
  const real = said.match(id) ?? [];
  if (shown.length !== real.length) return [];
  return shown.map((one, at): readonly [string, string] => [one, real[at] ?? one]);
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
    .replaceAll(id, '<id>')
    .replaceAll(/\b(?:just now|\d+(?:\.\d+)?(?:ms|[smhd])(?:\d+[smh])*(?: ago)?)\b/g, '<time>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function trimmed(lines: readonly string[]): readonly string[] {
  const isText = (line: string): boolean => line.trim() !== '';
  const first = lines.findIndex(isText);
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(isText) + 1);
}
