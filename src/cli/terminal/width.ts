import { stripVTControlCharacters } from 'node:util';

/** Ranges of characters that take two columns: East Asian wide and emoji. Source: Unicode EastAsianWidth.txt, W and F. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const zero = /\p{Mn}|\p{Me}|\u200b|\u200d|\ufe0f/u;

/** Columns that a text takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  let width = 0;
  for (const character of plain) {
    if (zero.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

/** Columns of a terminal; `fallback` where it does not say, or says 0 as one does that nobody has sized. */
export function columnsOf(
  stream: { readonly columns?: number | undefined },
  fallback: number,
): number {
  return stream.columns || fallback;
}

/** The text in at most `width` columns, with `…` where something was cut. Plain text only, without colours. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const next = displayWidth(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return `${kept}…`;
}

/** A word, or a command between backticks, which nobody could copy if it were broken. */
const words = /(?:[^\s`]|`[^`]*`)+|`\S*/g;
/** Text that would have fewer columns than this beside its lead begins further left from its second line on. */
const leastBeside = 24;

/**
 * A lead and one line of text after it, broken at spaces where a terminal of `width` columns would break it anywhere.
 * `null` (pipes and files) leaves it whole. A word that is longer than a line stays whole, too.
 *
 * @param indent Begin of the lines after the first. Default: as wide as the lead, or six columns where little is left.
 */
export function hang(
  lead: string,
  text: string,
  width: number | null,
  indent = ' '.repeat(hangBy(displayWidth(lead), width)),
): string {
  if (width === null || displayWidth(lead) + displayWidth(text) <= width) return lead + text;
  const lines: string[] = [];
  let line = lead;
  let isFresh = true;
  for (const [word] of text.matchAll(words)) {
    const next = isFresh ? line + word : `${line} ${word}`;
    if (!isFresh && displayWidth(next) > width) {
      lines.push(line);
      line = indent + word;
    } else line = next;
    isFresh = false;
  }
  return [...lines, line].join('\n');
}

function hangBy(lead: number, width: number | null): number {
  return width !== null && width - lead < leastBeside ? Math.min(lead, 6) : lead;
}

/**
 * Text that came from outside (repositories, processes), made safe to print: control characters would otherwise move
 * the cursor, change colours or the terminal's title. They are shown as their picture (`␛`); tabs and line ends stay.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '␡' : '�';
  });
}

/** Like `visible`, on one line. */
export function oneLine(text: string): string {
  return visible(text.replace(/\s*[\r\n]+\s*/g, ' ').replaceAll('\t', ' ')).trim();
}
