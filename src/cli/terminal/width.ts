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
